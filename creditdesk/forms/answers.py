"""Answers to the application form for values of the tables, as a person would type them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from scoring.ml.tables.schema import Column, Kind
from scoring.presentation import formatting

_NUMBERS: Final = frozenset({Kind.NUMBER, Kind.AMOUNT, Kind.COUNT})


def answers_about(columns: Iterable[Column], record: Mapping[str, object], day: date) -> dict[str, str]:
    """Return the answers for the columns that a record fills, with dates counted from `day`.

    A value that no answer can express, such as half a day, is left out.
    """
    answers: dict[str, str] = {}
    for column in columns:
        value = record.get(column.name)
        if isinstance(value, str | float | int):
            try:
                answers |= answer(column, value, day)
            except (ValueError, OverflowError):
                continue
    return answers


def answer(column: Column, value: float | str, day: date) -> dict[str, str]:
    """Return the answer for one value. Raises ValueError or OverflowError for days that are no date."""
    if isinstance(value, str):
        return {column.name: value}
    if column.kind is Kind.DAYS:
        return _day(column, value, day)
    if column.kind is Kind.AMOUNT:
        value = round(formatting.shown_amount(value), 10)
    return {column.name: str(int(value)) if value == int(value) else repr(float(value))}


def shown_answers(columns: Iterable[Column], record: Mapping[str, object], day: date) -> dict[str, str]:
    """Return the answers as a person writes them: six decimals of an index, the comma in French."""
    answers = answers_about(columns := list(columns), record, day)
    numbers = (column for column in columns if column.kind in _NUMBERS and column.name in answers)
    return answers | {column.name: _shown_number(column, answers[column.name]) for column in numbers}


def is_as_shown(sent: object, shown: str) -> bool:
    """Compare letter by letter: to read a number may round it.

    A form that was opened in English may be sent in French, which reads both decimal signs.
    """
    return str(sent or "").strip() in {shown, shown.replace(",", ".")}


def _shown_number(column: Column, text: str) -> str:
    if column.kind is Kind.NUMBER:
        text = f"{float(text):.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if formatting.reads_french() else text


def _day(column: Column, days: float, day: date) -> dict[str, str]:
    if days in column.unknown:
        return {"no_employment": "on"}
    if days != int(days):
        raise ValueError(days)
    return {column.name: (day + timedelta(days=int(days))).isoformat()}
