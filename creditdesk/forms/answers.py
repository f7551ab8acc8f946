"""Answers to the application form for values of the tables, as a person would type them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from scoring.ml.tables.schema import Column, Kind
from scoring.presentation import formatting


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


def _day(column: Column, days: float, day: date) -> dict[str, str]:
    if days in column.unknown:
        return {"no_employment": "on"}
    if days != int(days):
        raise ValueError(days)
    return {column.name: (day + timedelta(days=int(days))).isoformat()}
