"""The layout of a CSV file, scanned before the engine reads it.

The engine gives no line number for the rows that it reads, miscounts the line of a row that it rejects after
a quoted line break, and reads a gzip file that was cut as if it were whole (DuckDB 1.5, `store_rejects`).
This scan finds the malformed rows and the line of every other one, and refuses a file that was cut.
"""

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.tables.files import FolderError

_BLOCK: Final = 1 << 24
_QUOTE, _COMMA, _NEWLINE, _RETURN = (ord(c) for c in '",\n\r')

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a CSV file that end in one block.

    `start` and `stop` are offsets in the block's bytes, `line` is where a row begins (the header's is 1);
    a blank line has 0 `fields`.
    """

    block: bytes
    start: Integers
    stop: Integers
    line: Integers
    fields: Integers


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a CSV file.

    `malformed` are rows whose number of fields is not the header's: (line, fields). The row of index r among
    the others begins on line r + 2, plus the shift of the last (index, shift) in `shifts` whose index is not
    above r, if there is one. `has_gaps`: some rows are malformed or blank.
    """

    header: tuple[str, ...]
    malformed: tuple[tuple[int, int], ...]
    shifts: tuple[tuple[int, int], ...]
    has_gaps: bool


def scan_layout(path: Path) -> Layout:
    """Read the whole file once. Raise FolderError for a file that is empty, cut, damaged or not UTF-8."""
    header: tuple[str, ...] = ()
    malformed: list[tuple[int, int]] = []
    shifts: list[tuple[int, int]] = []
    well_formed, has_gaps, last = 0, False, (0, 0)
    for rows in _rows(path):
        if not len(rows.line):
            continue
        body = slice(0, None)
        if not header:
            header, body = _header(path, rows), slice(1, None)
        line, fields = rows.line[body], rows.fields[body]
        is_well_formed = fields == len(header)
        has_gaps |= not bool(is_well_formed.all())
        is_malformed = ~is_well_formed & (fields > 0)
        malformed += zip(line[is_malformed].tolist(), fields[is_malformed].tolist(), strict=True)
        shifts += _shifts(line[is_well_formed], well_formed, shifts[-1][1] if shifts else 0)
        well_formed += int(is_well_formed.sum())
        last = next(((int(n), int(k)) for n, k in zip(line[::-1], fields[::-1], strict=True) if k), last)
    if not header:
        raise FolderError(f"{path.name} is empty.")
    if 0 < last[1] < len(header):
        raise FolderError(
            f"{path.name} is cut in the middle: line {last[0]} ends after {last[1]} of {len(header)} fields."
        )
    return Layout(header, tuple(malformed), tuple(shifts), has_gaps)


def write_well_formed_rows(path: Path, target: Path, width: int) -> None:
    """Copy the header and the rows of `width` fields, which the engine can read without exception."""
    with target.open("wb") as out:
        for rows in _rows(path):
            selected = rows.fields == width
            for start, stop in zip(rows.start[selected], rows.stop[selected], strict=True):
                out.write(rows.block[start:stop].rstrip(b"\r\n") + b"\n")


def _header(path: Path, rows: Rows) -> tuple[str, ...]:
    text = rows.block[rows.start[0] : rows.stop[0]].decode("utf-8-sig").strip("\r\n")
    names = tuple(name.strip() for name in next(csv.reader([text]), []))
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise FolderError(f"{path.name} has the column {duplicates[0]} twice.")
    return names


def _shifts(line: Integers, first: int, shift: int) -> list[tuple[int, int]]:
    """Return where the distance between a row's index, from `first` on, and its line changes."""
    index = np.arange(first, first + len(line))
    distance = line - index - 2
    changed = np.flatnonzero(np.diff(distance, prepend=shift))
    return list(zip(index[changed].tolist(), distance[changed].tolist(), strict=True))


def _rows(path: Path) -> Iterator[Rows]:
    line, rest = 1, b""
    for block in _blocks(path):
        rows, line, rest = _split(rest + block, line)
        yield rows
    if rest:
        if rest.count(b'"') % 2:
            raise FolderError(
                f"{path.name} is cut in the middle: a quotation mark opened on line {line} is never closed."
            )
        yield _split(rest + b"\n", line)[0]


def _split(block: bytes, line: int) -> tuple[Rows, int, bytes]:
    """Return the rows that end in the block, the line after them and the bytes that are left."""
    codes = np.frombuffer(block, dtype=np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    commas = np.flatnonzero(codes == _COMMA)
    ends = newlines
    if b'"' in block:
        inside = (np.cumsum(codes == _QUOTE) & 1).astype(bool)
        ends, commas = newlines[~inside[newlines]], commas[~inside[commas]]
    start = np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
    after = np.searchsorted(newlines, ends) + line + 1
    fields = np.diff(np.searchsorted(commas, ends), prepend=0) + 1
    length = ends - start
    blank = (length == 0) | ((length == 1) & (codes[start] == _RETURN))
    begins = np.concatenate(([line], after[:-1]))[: len(ends)]
    rows = Rows(block, start, ends + 1, begins, np.where(blank, 0, fields))
    consumed = int(ends[-1]) + 1 if len(ends) else 0
    return rows, int(after[-1]) if len(ends) else line, block[consumed:]


def _blocks(path: Path) -> Iterator[bytes]:
    lines = 1
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with _open(path) as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
                yield block
                lines += block.count(b"\n")
    except EOFError as error:
        raise FolderError(f"{path.name} is cut in the middle: it breaks off after line {lines}.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FolderError(f"{path.name} is damaged or not a gzip file (after line {lines}).") from error
    except UnicodeDecodeError as error:
        at = lines + block[: error.start].count(b"\n")
        raise FolderError(f"{path.name} is not UTF-8 text (line {at}).") from error


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")
