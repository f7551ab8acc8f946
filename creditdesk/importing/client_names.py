"""The optional clients.csv of a folder: a name for each reference."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scoring.ml.tables.checks import Reject
from scoring.ml.tables.folder import FolderError

if TYPE_CHECKING:
    import _csv

FILE: Final = "clients.csv"
MAX_LENGTH: Final = 200


def names_in(folder: Path) -> tuple[dict[int, str], list[Reject]]:
    """Return names by reference, and the rejected lines. Of a repeated reference the first name stays.

    Raises FolderError when the file lacks a column or is not UTF-8 text.
    """
    path = next((path for path in folder.iterdir() if path.name.lower() == FILE), None)
    if path is None:
        return {}, []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _read(csv.reader(stream), path.name)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FolderError(f"{path.name} cannot be read: {error}.") from error


def _read(lines: "_csv._reader", file: str) -> tuple[dict[int, str], list[Reject]]:
    header = [name.strip() for name in next(lines, [])]
    missing = [name for name in ("SK_ID_CURR", "NAME") if name not in header]
    if missing:
        raise FolderError(f"{file} lacks the required column {', '.join(missing)}.")
    at, name_at = header.index("SK_ID_CURR"), header.index("NAME")
    names: dict[int, str] = {}
    rejects: list[Reject] = []
    for cells in filter(None, lines):
        reason = _fault(cells, len(header), at, name_at, names)
        if reason:
            reference = cells[at] if len(cells) > at else ""
            rejects.append(Reject(file, lines.line_num, reference, "", reason))
        else:
            names[int(cells[at])] = " ".join(cells[name_at].split())
    return names, rejects


def _fault(cells: list[str], width: int, at: int, name_at: int, names: dict[int, str]) -> str:
    if len(cells) != width:
        return f"has {len(cells)} fields, the header {width}"
    if not cells[at].strip().isdecimal():
        return f'SK_ID_CURR "{cells[at]}" is not a whole number'
    if int(cells[at]) in names:
        return "repeats a SK_ID_CURR"
    if len(cells[name_at]) > MAX_LENGTH:
        return f"NAME is longer than {MAX_LENGTH} characters"
    return ""
