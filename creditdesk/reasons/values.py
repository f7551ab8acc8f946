"""Values inside a sentence: at most three significant digits, in the language of the reader."""

import math
import re
from typing import Final

from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

DAYS_IN_YEAR: Final = 365.25
_WORDS: Final = tuple(
    Text(*pair)
    for pair in (
        ("two", "deux"),
        ("three", "trois"),
        ("four", "quatre"),
        ("five", "cinq"),
        ("six", "six"),
        ("seven", "sept"),
        ("eight", "huit"),
        ("nine", "neuf"),
        ("ten", "dix"),
        ("eleven", "onze"),
        ("twelve", "douze"),
    )
)


_DAY: Final = Text("{} day", "{} jour")
_DAYS: Final = Text("{} days", "{} jours")
_MONTHS: Final = Text("{} months", "{} mois")
_AHEAD: Final = Text("in {}", "dans {}")
_AGO: Final = Text("{} ago", "il y a {}")


# Sectors that differ in a number alone, which says nothing to a client.
_NUMBERED: Final = re.compile(r" \(type \d+\)$")


def category(feature: Feature, value: float) -> str:
    """The name of a category, without the number of its kind."""
    return without_number(formatting.feature_in_words(feature, value))


def without_number(name: str) -> str:
    return _NUMBERED.sub("", name)


def nothing(value: float) -> str:
    """The sentence has no {value}."""
    return ""


def money(value: float) -> str:
    return formatting.rounded_money(abs(value))


def percent(value: float) -> str:
    """A share; 0.35 is written 35 %."""
    return formatting.percent(formatting.three_digits(abs(value)), 0)


def above_whole(value: float) -> str:
    """By how much a ratio is above one; 1.24 is written 24 %."""
    return percent(value - 1)


def out_of_100(value: float) -> str:
    """An external rating between 0 and 1."""
    return formatting.number(value * 100)


def count(value: float) -> str:
    return formatting.number(formatting.three_digits(value))


def times(value: float) -> str:
    """How many times the first of two parts goes into the second; 0.14 is written seven."""
    number = round(1 / value) if value > 0 else 0
    if 2 <= number <= len(_WORDS) + 1:
        return formatting.localize(_WORDS[number - 2])
    return formatting.number(formatting.three_digits(number))


def multiple(value: float) -> str:
    """How many times as much; 4.1 is written four."""
    return times(1 / value)


def tenths(value: float) -> str:
    """A number of months or of instalments."""
    return formatting.short_number(round(formatting.three_digits(abs(value)), 1))


def since(value: float) -> str:
    """A length of time given as negative days: in days below two months, in months below two years."""
    length = abs(value)
    if 60 <= length < 2 * DAYS_IN_YEAR:
        return formatting.localize(_MONTHS).format(formatting.number(round(length * 12 / DAYS_IN_YEAR)))
    whole_days = round(length) if length < 60 else round(length / DAYS_IN_YEAR) * DAYS_IN_YEAR
    return formatting.in_words(float(whole_days), Unit.DURATION_DAYS)


def from_today(value: float) -> str:
    """A date in days from today, negative in the past: "in 3 months", "2 years ago"."""
    return formatting.localize(_AHEAD if value > 0 else _AGO).format(since(value))


def months_since(value: float) -> str:
    """A length of time given as negative months."""
    return since(value * DAYS_IN_YEAR / 12)


def days(value: float) -> str:
    return formatting.in_words(formatting.three_digits(abs(round(value))), Unit.DURATION_DAYS)


def months(value: float) -> str:
    return formatting.in_words(float(round(value)), Unit.DURATION_MONTHS)


def age(value: float) -> str:
    """An age given in positive days."""
    return formatting.number(math.floor(value / DAYS_IN_YEAR))


def late(value: float) -> str:
    """A delay of at least one day."""
    number = formatting.three_digits(float(max(round(value), 1)))
    return formatting.localize(_DAY if number == 1 else _DAYS).format(formatting.number(number))
