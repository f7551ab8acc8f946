"""Values in words and units, in the language of the reader. Nothing here raises on any float."""

import math
from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils.translation import get_language, gettext, ngettext

from scoring.ml.features.spec.feature import Feature, Unit
from scoring.ml.tables.schema import Column, Kind, Text

Value = float | str | None

DAYS_IN_MONTH = 365.25 / 12
DAYS_IN_YEAR = 365.25
MINUS = "−"
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"

_FRENCH = str.maketrans({",": NARROW_SPACE, ".": ","})

_NO_CATEGORIES: Mapping[str, Text] = {}
_READABLE = 1e15
_TINY = 1e-5
_DECIMALS = ((1000, 0), (100, 1), (1, 2), (0.01, 3), (_TINY, 5))


def reads_french() -> bool:
    return (get_language() or "").startswith("fr")


def localize(text: Text) -> str:
    """The words in the reader's language."""
    return text.fr if reads_french() else text.en


def capitalized(text: Text) -> str:
    """The words with a capital, as they stand at the head of a line."""
    words = localize(text)
    return words[:1].upper() + words[1:]


def is_missing(value: Value) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def missing_in_words(table: str, history_rows: Mapping[str, int]) -> str:
    """Why there is no value: a table that nobody provided is not the same as a client without history."""
    if table == "application":
        return gettext("missing")
    if history_rows.get(table, 0) > 0:
        return gettext("none recorded")
    return gettext("no history") if table in history_rows else gettext("not provided")


def number(value: float, decimals: int = 0) -> str:
    """In the reader's form, rounded; a negative value keeps its sign even where it rounds to zero."""
    if math.isnan(value):
        return gettext("missing")
    sign = MINUS if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    if abs(value) >= _READABLE:
        return _power_of_ten(value)
    # Not Django's number_format: a case page holds 150 numbers, and this takes a tenth of the time.
    written = f"{abs(value):,.{decimals}f}"
    return sign + (written.translate(_FRENCH) if reads_french() else written)


def short_number(value: float) -> str:
    """About three significant digits; whole numbers keep all of theirs."""
    if not math.isfinite(value) or value == int(value):
        return number(value)
    size = abs(value)
    if size < _TINY:
        return _power_of_ten(value)
    decimals = next(d for least, d in _DECIMALS if size >= least)
    shown = round(value, decimals)
    return number(value, next(d for d in range(decimals + 1) if round(value, d) == shown))


def _power_of_ten(value: float) -> str:
    written = f"{value:.1e}".replace("-", MINUS)
    return written.replace(".", ",") if reads_french() else written


def signed(value: float, decimals: int = 2) -> str:
    """With its sign, also a plus: for what pushes to one side or the other."""
    return f"+{number(value, decimals)}" if value > 0 else number(value, decimals)


def money(value: float) -> str:
    if not math.isfinite(value):
        return number(value)
    amount = number(abs(value), 0 if abs(value) >= 100 or value == int(value) else 2)
    sign = MINUS if value < 0 else ""
    if reads_french():
        return f"{sign}{amount}{NO_BREAK}{settings.CURRENCY}"
    return f"{sign}{settings.CURRENCY}{amount}"


def percent(value: float, decimals: int = 1) -> str:
    return f"{number(value * 100, decimals)}{NARROW_SPACE if reads_french() else ''}%"


def percents_apart(one: float, other: float) -> tuple[str, str]:
    """Both as percentages with as many decimals as it takes to tell them apart."""
    decimals = next((d for d in range(1, 9) if round(one * 100, d) != round(other * 100, d)), 1)
    return percent(one, decimals), percent(other, decimals)


def points(amount: str) -> str:
    """A difference of two percentages."""
    return gettext("%(n)s points") % {"n": amount}


def other_groups(count: int) -> str:
    return ngettext("%(n)s other group", "%(n)s other groups together", count) % {"n": count}


def range_in_words(feature: Feature, low: float, high: float) -> tuple[str, str]:
    """The ends of a range, the smaller first as a person counts: ages and times past grow with their days."""
    ends = feature_in_words(feature, low), feature_in_words(feature, high)
    return ends[::-1] if feature.unit in (Unit.AGE_DAYS, Unit.DAYS_AGO, Unit.MONTHS_AGO) else ends


def in_words(value: Value, unit: Unit, categories: Mapping[str, Text] = _NO_CATEGORIES) -> str:
    """A value as a person would say it; a category by its code (position) or by its raw value."""
    if value is None or is_missing(value):
        return gettext("missing")
    if isinstance(value, str):
        return _category_named(value, categories)
    if unit is Unit.CATEGORY:
        return _category_coded(value, categories)
    if math.isinf(value):
        return number(value)
    return _WORDS[unit](float(value))


def feature_in_words(feature: Feature, value: Value) -> str:
    if is_missing(value):
        return gettext("missing")
    if feature.name == "DAYS_EMPLOYED" and isinstance(value, float):
        return _in_the_job(value)
    if feature.unit is Unit.DELAY_DAYS:
        return _delay_over_many(value, feature.name.rpartition("_")[2])
    return in_words(value, feature.unit, feature.categories)


def column_in_words(column: Column, value: Value) -> str:
    """A raw column of an application; a declared "unknown" is what it says, or missing."""
    if is_missing(value):
        return gettext("missing")
    if column.name == "DAYS_EMPLOYED" and isinstance(value, int | float):
        return gettext("no employment") if value in column.unknown else _in_the_job(value)
    if value in column.unknown:
        return gettext("missing")
    return in_words(value, _column_unit(column), column.categories)


def _in_the_job(days: float) -> str:
    if days >= 0 or math.isinf(days):
        return in_words(days, Unit.DAYS_AGO)
    return gettext("%(duration)s in the job") % {"duration": _length_of_days(-days)}


def _column_unit(column: Column) -> Unit:
    by_name = {"DAYS_BIRTH": Unit.AGE_DAYS, "OWN_CAR_AGE": Unit.YEARS}
    return by_name.get(column.name) or _UNIT_OF_KIND[column.kind]


def _category_named(value: str, categories: Mapping[str, Text]) -> str:
    if value in categories:
        return localize(categories[value])
    return {"Y": gettext("Yes"), "N": gettext("No")}.get(value, value)


def _category_coded(value: float, categories: Mapping[str, Text]) -> str:
    texts = list(categories.values())
    if not 0 <= value < len(texts) or value != int(value):
        return gettext("unknown category")
    return localize(texts[int(value)])


def _plural(value: float) -> int:
    """The count that picks the plural form: French says "1,5 jour", English "1.5 days"."""
    whole = int(value)
    return whole if value == whole or reads_french() else 2


def _days(value: float) -> str:
    shown = round(value, 0 if value >= 10 else 1)
    return ngettext("%(n)s day", "%(n)s days", _plural(shown)) % {"n": short_number(shown)}


def _months(value: float) -> str:
    shown = round(value, 1)
    return ngettext("%(n)s month", "%(n)s months", _plural(shown)) % {"n": short_number(shown)}


def _years(value: float) -> str:
    shown = round(value, 1)
    return ngettext("%(n)s year", "%(n)s years", _plural(abs(shown))) % {"n": short_number(shown)}


def length_of_months(months: float) -> str:
    if months < 12:
        return _months(months)
    if months >= _READABLE:
        return _years(months / 12)
    years, rest = divmod(round(months), 12)
    return f"{_years(years)} {_months(rest)}" if rest else _years(years)


def _length_of_days(days: float) -> str:
    return _days(days) if days < 60 else length_of_months(round(days / DAYS_IN_MONTH))


def _ago(value: float, length: Callable[[float], str]) -> str:
    if value < 0:
        return gettext("%(duration)s ago") % {"duration": length(-value)}
    return gettext("in %(duration)s") % {"duration": length(value)}


def _days_ago(value: float) -> str:
    return gettext("on the day of the application") if abs(value) < 0.5 else _ago(value, _length_of_days)


def _months_ago(value: float) -> str:
    return gettext("in the month of the application") if abs(value) < 0.05 else _ago(value, length_of_months)


def _duration(value: float, length: Callable[[float], str]) -> str:
    return f"{MINUS}{length(-value)}" if value < 0 else length(value)


def _delay(value: float) -> str:
    if abs(value) < 0.05:
        return gettext("paid on time")
    late, early = gettext("paid %(days)s late"), gettext("paid %(days)s early")
    return (late if value > 0 else early) % {"days": _days(abs(value))}


def _delay_over_many(value: Value, statistic: str) -> str:
    """A delay as its feature sums it up: a spread is a length of time, neither late nor early."""
    if statistic == "std":
        return in_words(value, Unit.DURATION_DAYS)
    if statistic in ("slope", "trend") and isinstance(value, float | int) and math.isfinite(value):
        return _change_of_delay(float(value))
    words = in_words(value, Unit.DELAY_DAYS)
    if statistic == "mean":
        return gettext("%(delay)s on average") % {"delay": words}
    return gettext("%(delay)s in all") % {"delay": words} if statistic == "sum" else words


def _change_of_delay(days: float) -> str:
    if abs(days) < 0.05:
        return gettext("unchanged")
    longer, shorter = gettext("%(days)s longer"), gettext("%(days)s shorter")
    return (longer if days > 0 else shorter) % {"days": _days(abs(days))}


def _age(value: float) -> str:
    years = -value / DAYS_IN_YEAR
    return _years(math.floor(years) if 0 <= years < _READABLE else years)


def _flag(value: float) -> str:
    if value in (0, 1):
        return gettext("Yes") if value else gettext("No")
    return short_number(value)


_WORDS: Mapping[Unit, Callable[[float], str]] = {
    Unit.MONEY: money,
    Unit.RATIO: short_number,
    Unit.PERCENT: lambda value: percent(value, 1 if 0 < abs(value) < 0.1 else 0),
    Unit.SCORE: lambda value: number(value, 3),
    Unit.COUNT: short_number,
    Unit.YEARS: _years,
    Unit.DAYS_AGO: _days_ago,
    Unit.MONTHS_AGO: _months_ago,
    Unit.DURATION_DAYS: lambda value: _duration(value, _length_of_days),
    Unit.DURATION_MONTHS: lambda value: _duration(value, length_of_months),
    Unit.AGE_DAYS: _age,
    Unit.DELAY_DAYS: _delay,
    Unit.FLAG: _flag,
    Unit.NUMBER: short_number,
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
