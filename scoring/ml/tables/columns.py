"""Constructors of columns by kind; the tables themselves are in the modules named after them."""

from collections.abc import Mapping
from typing import Final, TypedDict, Unpack

from scoring.ml.tables.schema import Column, Kind, Text

MAX_AMOUNT: Final = 1e10
# Above it a float64, which Parquet files from pandas hold ids as, cannot tell two of them apart.
MAX_ID: Final = 2.0**53 - 1
# 100 years, for dates; people are bounded more closely where an age is meant.
MAX_DAYS: Final = 36_525.0
MAX_MONTHS: Final = 1_200.0
# What Home Credit writes instead of a date or duration that does not exist.
NO_DATE: Final = 365_243.0


class Options(TypedDict, total=False):
    required: bool
    filled: bool
    minimum: float
    maximum: float
    unknown: tuple[float | str, ...]
    protected: bool


def labels(texts: Mapping[str, tuple[str, str]]) -> dict[str, Text]:
    """Return raw value -> its label, from the English and French texts."""
    return {value: Text(en, fr) for value, (en, fr) in texts.items()}


def identifier(name: str, en: str, fr: str) -> Column:
    return Column(name, Kind.ID, Text(en, fr), required=True, filled=True, minimum=1, maximum=MAX_ID)


def amount(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    bounds: Options = {"minimum": 0.0, "maximum": MAX_AMOUNT}
    return Column(name, Kind.AMOUNT, Text(en, fr), **(bounds | options))


def signed_amount(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    """Declare money that is also below zero: overpaid cards and loans, reversed withdrawals."""
    bounds: Options = {"minimum": -MAX_AMOUNT}
    return amount(name, en, fr, **(bounds | options))


def days(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    """Declare a date before the application, in days."""
    bounds: Options = {"minimum": -MAX_DAYS, "maximum": 0.0}
    return Column(name, Kind.DAYS, Text(en, fr), **(bounds | options))


def months(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    """Declare a month before the application; 0 is the month of the application."""
    bounds: Options = {"minimum": -MAX_MONTHS, "maximum": 0.0}
    return Column(name, Kind.MONTHS, Text(en, fr), **(bounds | options))


def count(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    bounds: Options = {"minimum": 0.0, "maximum": 1_000.0}
    return Column(name, Kind.COUNT, Text(en, fr), **(bounds | options))


def days_late(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    """Declare a length of time in days, counted from zero."""
    bounds: Options = {"maximum": MAX_DAYS}
    return count(name, en, fr, **(bounds | options))


def share(name: str, en: str, fr: str, **options: Unpack[Options]) -> Column:
    """Declare a number between 0 and 1."""
    bounds: Options = {"minimum": 0.0, "maximum": 1.0}
    return Column(name, Kind.NUMBER, Text(en, fr), **(bounds | options))


def number(
    name: str, en: str, fr: str, minimum: float, maximum: float, unknown: tuple[float | str, ...] = ()
) -> Column:
    return Column(name, Kind.NUMBER, Text(en, fr), minimum=minimum, maximum=maximum, unknown=unknown)


def flag(name: str, en: str, fr: str) -> Column:
    return Column(name, Kind.FLAG, Text(en, fr), minimum=0, maximum=1)


def category(
    name: str, en: str, fr: str, categories: Mapping[str, Text], **options: Unpack[Options]
) -> Column:
    return Column(name, Kind.CATEGORY, Text(en, fr), categories=categories, **options)


YES_NO: Final = labels({"Y": ("Yes", "Oui"), "N": ("No", "Non")})

WEEKDAYS: Final = labels(
    {
        "MONDAY": ("Monday", "Lundi"),
        "TUESDAY": ("Tuesday", "Mardi"),
        "WEDNESDAY": ("Wednesday", "Mercredi"),
        "THURSDAY": ("Thursday", "Jeudi"),
        "FRIDAY": ("Friday", "Vendredi"),
        "SATURDAY": ("Saturday", "Samedi"),
        "SUNDAY": ("Sunday", "Dimanche"),
    }
)

COMPANY: Final = labels(
    {
        "Unaccompanied": ("Alone", "Seul"),
        "Family": ("With family", "En famille"),
        "Spouse, partner": ("With spouse or partner", "Avec son conjoint"),
        "Children": ("With children", "Avec ses enfants"),
        "Group of people": ("With a group", "En groupe"),
        "Other_A": ("With someone else (A)", "Avec une autre personne (A)"),
        "Other_B": ("With someone else (B)", "Avec une autre personne (B)"),
    }
)
