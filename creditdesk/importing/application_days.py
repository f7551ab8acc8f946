"""A file of application days, which the tables of a folder do not have."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from scoring.ml.tables.checks import Reject
from scoring.ml.tables.folder import FolderError

REFERENCE: Final = "SK_ID_CURR"
DAY: Final = "APPLIED_ON"


def application_days(path: Path, *, today: date) -> tuple[dict[int, date], list[Reject]]:
    """Return the days by reference, and the rejected lines. Of a repeated reference the first day stays.

    Raises FolderError when the file cannot be read, is no UTF-8 text or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.DictReader(stream)
            header = lines.fieldnames or []
            if missing := [name for name in (REFERENCE, DAY) if name not in header]:
                raise FolderError(f"{path.name} lacks the required column {', '.join(missing)}.")
            return _read(lines, path.name, today)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FolderError(f"{path.name} cannot be read: {error}.") from error


def _read(lines: "csv.DictReader[str]", file: str, today: date) -> tuple[dict[int, date], list[Reject]]:
    days: dict[int, date] = {}
    rejects: list[Reject] = []
    for cells in lines:
        reference, text = (cells[name] or "" for name in (REFERENCE, DAY))
        try:
            client, day = _client(reference, days), _day(text, today)
        except ValueError as error:
            rejects.append(Reject(file, lines.line_num, reference, "", str(error)))
        else:
            days[client] = day
    return days, rejects


def _client(text: str, earlier: Iterable[int]) -> int:
    if not text.strip().isdecimal():
        raise ValueError(f'{REFERENCE} "{text}" is not a whole number')
    if int(text) in earlier:
        raise ValueError(f"repeats a {REFERENCE}")
    return int(text)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'{DAY} "{text[:20]}" is not of the form 2026-10-31') from None
    if day > today:
        raise ValueError(f"{DAY} {day} is in the future")
    return day
