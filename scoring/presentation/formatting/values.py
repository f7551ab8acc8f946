"""Values of features and columns in words and units. Nothing here raises on any float."""

import math
from collections.abc import Callable, Mapping

from django.utils.translation import gettext

from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.application import RATINGS
from scoring.ml.tables.schema import Column, Kind, Text
from scoring.presentation.formatting import durations
from scoring.presentation.formatting.language import localize
from scoring.presentation.formatting.numbers import (
    distinct_money,
    distinct_numbers,
    distinct_percents,
    distinct_ratings,
    money,
    number,
    out_of_100,
    percent,
    short_number,
)

Value = float | str | None

_NO_CATEGORIES: Mapping[str, Text] = {}


def is_missing(value: Value) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def is_unknown(column: Column, value: Value) -> bool:
    """Return whether a raw column tells nothing; that there is no employment is an answer."""
    return is_missing(value) or (value in column.unknown and column.name != "DAYS_EMPLOYED")


def missing_in_words(table: str, history_rows: Mapping[str, int]) -> str:
    """Return why there is no value: a missing table is not the same as a client without history."""
    if table == "application":
        return gettext("missing")
    if history_rows.get(table, 0) > 0:
        return gettext("none recorded")
    return gettext("no history") if table in history_rows else gettext("not provided")


def ends_in_words(feature: Feature, low: float, high: float) -> tuple[str, str]:
    """Return the ends of a range in their order, equally precise, and different where they are."""
    if low != high and (both := _BOTH_ENDS.get(feature.unit)):
        return both(low, high)
    return feature_in_words(feature, low), feature_in_words(feature, high)


def range_in_words(feature: Feature, low: float, high: float) -> tuple[str, str]:
    """Return the ends of a range, the smaller first as a person counts: negative days are reversed."""
    ends = ends_in_words(feature, low, high)
    return ends[::-1] if feature.unit in (Unit.AGE_DAYS, Unit.DAYS_AGO, Unit.MONTHS_AGO) else ends


def in_words(value: Value, unit: Unit, categories: Mapping[str, Text] = _NO_CATEGORIES) -> str:
    """Return a value with its unit; a category is given by its code (position) or by its raw value."""
    if value is None or is_missing(value):
        return gettext("missing")
    if isinstance(value, str):
        return _category_by_name(value, categories)
    if unit is Unit.CATEGORY:
        return _category_by_code(value, categories)
    if math.isinf(value):
        return number(value)
    return _FORMATS[unit](float(value))


def feature_in_words(feature: Feature, value: Value) -> str:
    if is_missing(value):
        return gettext("missing")
    if feature.name == "DAYS_EMPLOYED" and isinstance(value, float):
        return _time_in_job(value)
    if feature.unit is Unit.DELAY_DAYS:
        return _aggregated_delay(value, feature.name.rpartition("_")[2])
    return in_words(value, feature.unit, feature.categories)


def column_in_words(column: Column, value: Value) -> str:
    """Return a raw column of an application; a value declared as unknown is missing."""
    if is_unknown(column, value):
        return gettext("missing")
    if column.name == "DAYS_EMPLOYED" and isinstance(value, int | float):
        return gettext("no employment") if value in column.unknown else _time_in_job(value)
    return in_words(value, _column_unit(column), column.categories)


def _time_in_job(days: float) -> str:
    if days >= 0 or math.isinf(days):
        return in_words(days, Unit.DAYS_AGO)
    return durations.length_of_days(-days)


def change_in_words(column: Column, before: Value, after: Value) -> tuple[str, str]:
    """Return a raw column before and after a change, different in words too where its values are."""
    words = column_in_words(column, before), column_in_words(column, after)
    if words[0] == words[1] and isinstance(before, int | float) and isinstance(after, int | float):
        both = _BOTH_VALUES.get(_column_unit(column))
        return both(before, after) if both and before != after else words
    return words


def _column_unit(column: Column) -> Unit:
    return _UNIT_OF_COLUMN.get(column.name) or _UNIT_OF_KIND[column.kind]


def _category_by_name(value: str, categories: Mapping[str, Text]) -> str:
    if value in categories:
        return localize(categories[value])
    return {"Y": gettext("Yes"), "N": gettext("No")}.get(value, value)


def _category_by_code(value: float, categories: Mapping[str, Text]) -> str:
    texts = list(categories.values())
    if not 0 <= value < len(texts) or value != int(value):
        return gettext("unknown category")
    return localize(texts[int(value)])


def _aggregated_delay(value: Value, statistic: str) -> str:
    """Return an aggregate of delays; a standard deviation is a length of time, neither late nor early."""
    if statistic == "std":
        return in_words(value, Unit.DURATION_DAYS)
    if statistic in ("slope", "trend") and isinstance(value, float | int) and math.isfinite(value):
        return durations.change_of_delay(float(value))
    words = in_words(value, Unit.DELAY_DAYS)
    if statistic == "mean":
        return gettext("%(delay)s on average") % {"delay": words}
    return gettext("%(delay)s in all") % {"delay": words} if statistic == "sum" else words


def _percents(low: float, high: float) -> tuple[str, str]:
    is_small = any(0 < abs(value) < 0.1 for value in (low, high))
    return distinct_percents(low, high, 1 if is_small else 0)


def _ends_of_ratings(low: float, high: float) -> tuple[str, str]:
    """Return the ends of a range of ratings, the unit after the second alone."""
    first, second = distinct_ratings(low, high)
    return first, out_of_100(second)


def _two_ratings(first: float, second: float) -> tuple[str, str]:
    shown = distinct_ratings(first, second)
    return out_of_100(shown[0]), out_of_100(shown[1])


def _flag(value: float) -> str:
    if value in (0, 1):
        return gettext("Yes") if value else gettext("No")
    return short_number(value)


_FORMATS: Mapping[Unit, Callable[[float], str]] = {
    Unit.MONEY: money,
    Unit.RATIO: short_number,
    Unit.PERCENT: lambda value: percent(value, 1 if 0 < abs(value) < 0.1 else 0),
    Unit.SCORE: lambda value: out_of_100(number(value * 100)),
    Unit.COUNT: short_number,
    Unit.YEARS: durations.years,
    Unit.DAYS_AGO: durations.days_ago,
    Unit.MONTHS_AGO: durations.months_ago,
    Unit.DURATION_DAYS: lambda value: durations.duration(value, durations.length_of_days),
    Unit.DURATION_MONTHS: lambda value: durations.duration(value, durations.length_of_months),
    Unit.AGE_DAYS: durations.age,
    Unit.DELAY_DAYS: durations.delay,
    Unit.FLAG: _flag,
    Unit.NUMBER: short_number,
}

_BOTH_ENDS: Mapping[Unit, Callable[[float, float], tuple[str, str]]] = {
    Unit.MONEY: distinct_money,
    Unit.RATIO: distinct_numbers,
    Unit.PERCENT: _percents,
    Unit.SCORE: _ends_of_ratings,
    Unit.COUNT: distinct_numbers,
    Unit.NUMBER: distinct_numbers,
}

# Each with its unit, where they stand apart.
_BOTH_VALUES = {**_BOTH_ENDS, Unit.SCORE: _two_ratings}

_UNIT_OF_COLUMN: Mapping[str, Unit] = {
    "DAYS_BIRTH": Unit.AGE_DAYS,
    "OWN_CAR_AGE": Unit.YEARS,
    **dict.fromkeys((rating.name for rating in RATINGS), Unit.SCORE),
}

_UNIT_OF_KIND: Mapping[Kind, Unit] = {
    Kind.ID: Unit.NUMBER,
    Kind.AMOUNT: Unit.MONEY,
    Kind.DAYS: Unit.DAYS_AGO,
    Kind.MONTHS: Unit.MONTHS_AGO,
    Kind.COUNT: Unit.COUNT,
    Kind.NUMBER: Unit.NUMBER,
    Kind.FLAG: Unit.FLAG,
    Kind.CATEGORY: Unit.CATEGORY,
}
