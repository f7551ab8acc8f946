"""The optional clients.csv of a folder: a name for each reference, and the bank's key of the client."""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from creditdesk.models.client import KEY_PATTERN, MAX_KEY_LENGTH
from creditdesk.models.name_index import same_name
from scoring.ml.tables.checks import Reject
from scoring.ml.tables.folder import FolderError

if TYPE_CHECKING:
    import _csv

FILE: Final = "clients.csv"
MAX_LENGTH: Final = 200
_KEY: Final = re.compile(KEY_PATTERN)


@dataclass(slots=True)
class ListedClients:
    """Names and keys by reference, as a file lists them; `lines` are those of the keys.

    `unlinked`: cases of the desk whose client has no key yet, and gets one.
    """

    file: str = FILE
    names: dict[int, str] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)
    unlinked: set[int] = field(default_factory=set)

    def drop(self, reference: int) -> None:
        """Take no name and no key of this line."""
        for column in (self.names, self.keys, self.lines):
            column.pop(reference, None)


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    reference: int
    name: int
    key: int | None

    @classmethod
    def of(cls, names: list[str], file: str) -> "_Header":
        missing = [name for name in ("SK_ID_CURR", "NAME") if name not in names]
        if missing:
            raise FolderError(f"{file} lacks the required column {', '.join(missing)}.")
        key = names.index("CLIENT_KEY") if "CLIENT_KEY" in names else None
        return cls(len(names), names.index("SK_ID_CURR"), names.index("NAME"), key)

    def key_of(self, cells: list[str]) -> str:
        return cells[self.key].strip() if self.key is not None else ""


def names_in(folder: Path) -> tuple[ListedClients, list[Reject]]:
    """Return names and keys by reference, and the rejected lines.

    Of a repeated reference or key the first name stays.

    Raises FolderError when the file lacks a column or is not UTF-8 text.
    """
    path = next((path for path in folder.iterdir() if path.name.lower() == FILE), None)
    if path is None:
        return ListedClients(), []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return _read(csv.reader(stream), path.name)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FolderError(f"{path.name} cannot be read: {error}.") from error


def _read(lines: "_csv._reader", file: str) -> tuple[ListedClients, list[Reject]]:
    header = _Header.of([name.strip() for name in next(lines, [])], file)
    listed, named = ListedClients(file), dict[str, tuple[str, int]]()
    rejects: list[Reject] = []
    for cells in filter(None, lines):
        reason = _fault(cells, header, listed) or _key_fault(cells, header, named, lines.line_num)
        if reason:
            reference = cells[header.reference] if len(cells) > header.reference else ""
            rejects.append(Reject(file, lines.line_num, reference, "", reason))
        else:
            _take(listed, cells, header, lines.line_num)
    # One record, one spelling: another import of the same file changes nothing.
    listed.names |= {reference: named[key][0] for reference, key in listed.keys.items() if key in named}
    return listed, rejects


def _take(listed: ListedClients, cells: list[str], header: _Header, line: int) -> None:
    reference, key = int(cells[header.reference]), header.key_of(cells)
    name = " ".join(cells[header.name].split())
    if name or not key:
        listed.names[reference] = name
    if key:
        listed.keys[reference], listed.lines[reference] = key, line


def _fault(cells: list[str], header: _Header, listed: ListedClients) -> str:
    if len(cells) != header.width:
        return f"has {len(cells)} fields, the header {header.width}"
    reference = cells[header.reference]
    if not reference.strip().isdecimal():
        return f'SK_ID_CURR "{reference}" is not a whole number'
    if int(reference) in listed.names or int(reference) in listed.keys:
        return "repeats a SK_ID_CURR"
    if len(cells[header.name]) > MAX_LENGTH:
        return f"NAME is longer than {MAX_LENGTH} characters"
    return ""


def _key_fault(cells: list[str], header: _Header, named: dict[str, tuple[str, int]], line: int) -> str:
    """Say what is wrong with the key of a line; `named`: the first name of each key, and its line."""
    key, name = header.key_of(cells), " ".join(cells[header.name].split())
    if not key:
        return ""
    if not _KEY.match(key):
        return f"CLIENT_KEY is no key: up to {MAX_KEY_LENGTH} letters, digits and . _ / -"
    first, line_before = named.get(key, ("", line))
    if not same_name(first, name):
        return f"CLIENT_KEY {key} has another name on line {line_before}"
    if name and not first:
        named[key] = name, line
    return ""
