"""A file of repayment outcomes: one line for each loan and month."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import _csv

COLUMNS: Final = ("reference", "month", "days_past_due", "balance", "defaulted")
MAX_DAYS: Final = 36_500
MAX_BALANCE: Final = Decimal(10) ** 12
MONTH: Final = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?")
DEFAULTED: Final = {"0": False, "1": True, "false": False, "true": True}


class OutcomeFileError(Exception):
    """The file cannot be read as outcomes at all; the message gives the reason."""


class OutcomeReject(NamedTuple):
    """A line that is not taken, and why."""

    line: int
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """One valid line: how a loan stood at the end of `month` (its first day)."""

    line: int
    reference: str
    month: date
    days_past_due: int
    balance: Decimal
    defaulted: bool


def outcome_lines(path: Path) -> Iterator[OutcomeLine | OutcomeReject]:
    """Yield each line of a CSV file (UTF-8; comma or semicolon), valid or rejected.

    Raises OutcomeFileError when it cannot be opened, is no UTF-8 text or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            stream.seek(0)
            rows = csv.reader(stream, delimiter=";" if ";" in first else ",")
            yield from _lines(rows, path.name)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OutcomeFileError(f"{path.name} cannot be read: {error}.") from error


def _lines(rows: "_csv._reader", file: str) -> Iterator[OutcomeLine | OutcomeReject]:
    header = [name.strip().lower() for name in next(rows, [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise OutcomeFileError(f"{file} lacks the required column {', '.join(missing)}.")
    positions = [header.index(name) for name in COLUMNS]
    for cells in filter(None, rows):
        if len(cells) != len(header):
            reason = f"has {len(cells)} fields, the header {len(header)}"
            yield OutcomeReject(rows.line_num, cells[0][:32], reason)
            continue
        yield _line(rows.line_num, *(cells[position].strip() for position in positions))


def _line(
    number: int, reference: str, month: str, days: str, balance: str, defaulted: str
) -> OutcomeLine | OutcomeReject:
    try:
        return OutcomeLine(
            number, reference, _month(month), _days(days), _balance(balance), _defaulted(defaulted)
        )
    except ValueError as error:
        return OutcomeReject(number, reference[:32], str(error))


def _month(text: str) -> date:
    match = MONTH.fullmatch(text)
    if not match or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1900:
        raise ValueError(f'month "{text[:20]}" is not of the form 2026-11')
    return date(int(match[1]), int(match[2]), 1)


def _days(text: str) -> int:
    # Not a number of any length: Python refuses more than 4,300 digits.
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or int(text) > MAX_DAYS:
        raise ValueError(f'days_past_due "{text[:20]}" is not a whole number from 0 to {MAX_DAYS}')
    return int(text)


def _balance(text: str) -> Decimal:
    try:
        balance = Decimal(text)
    except InvalidOperation:
        balance = Decimal("NaN")
    is_amount = balance.is_finite() and 0 <= balance <= MAX_BALANCE
    rounded = balance.quantize(Decimal("0.01")) if is_amount else MAX_BALANCE
    if rounded >= MAX_BALANCE:
        raise ValueError(f'balance "{text[:20]}" is not an amount of 0 or more')
    return rounded


def _defaulted(text: str) -> bool:
    if text.lower() not in DEFAULTED:
        raise ValueError(f'defaulted "{text[:20]}" is neither 0 nor 1')
    return DEFAULTED[text.lower()]
