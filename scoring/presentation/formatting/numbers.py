"""Numbers, amounts and percentages in the reader's form. Nothing here raises on any float."""

import math

from django.conf import settings
from django.utils.translation import gettext, ngettext

from scoring.presentation.formatting.language import reads_french

MINUS = "−"
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
# From here on a number is written as a power of ten.
READABLE = 1e15

_FRENCH = str.maketrans({",": NARROW_SPACE, ".": ","})
# What the last decimal cannot show is written as a power of ten.
_TINY = 5e-5
_DECIMALS = ((1000, 0), (100, 1), (1, 2), (0.01, 3), (_TINY, 4))


def number(value: float, decimals: int = 0) -> str:
    """Return a rounded number; a negative value keeps its sign even where it rounds to zero."""
    if math.isnan(value):
        return gettext("missing")
    sign = MINUS if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    if abs(value) >= READABLE:
        return _power_of_ten(value)
    # Not Django's number_format: a case page holds 150 numbers, and this takes a tenth of the time.
    text = f"{abs(value):,.{decimals}f}"
    return sign + (text.translate(_FRENCH) if reads_french() else text)


def short_number(value: float) -> str:
    """Return about three significant digits, at most four decimals; whole numbers keep all of theirs."""
    if not math.isfinite(value) or value == int(value):
        return number(value)
    size = abs(value)
    if size < _TINY:
        return _power_of_ten(value)
    decimals = next(d for least, d in _DECIMALS if size >= least)
    rounded = round(value, decimals)
    return number(value, next(d for d in range(decimals + 1) if round(value, d) == rounded))


def distinct_numbers(first: float, second: float, least: int = 0) -> tuple[str, str]:
    """Return both with the same decimals: those of about three digits of the larger one, `least` or more, and
    as many as it takes to make them differ."""
    larger = max(abs(first), abs(second))
    if not math.isfinite(first + second) or not _TINY <= larger < READABLE:
        return short_number(first), short_number(second)
    most = next(d for size, d in _DECIMALS if larger >= size)
    most = _decimals_that_differ(first, second, max(most, least))
    exact = round(first, most), round(second, most)
    decimals = next(d for d in range(least, most + 1) if (round(first, d), round(second, d)) == exact)
    return number(first, decimals), number(second, decimals)


def _decimals_that_differ(first: float, second: float, least: int) -> int:
    """Return the decimals from which on both differ, `least` or more; `least` where they never do."""
    return next((d for d in range(least, 9) if round(first, d) != round(second, d)), least)


def _power_of_ten(value: float) -> str:
    text = f"{value:.1e}".replace("-", MINUS)
    return text.replace(".", ",") if reads_french() else text


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with its sign, also a plus."""
    return f"+{number(value, decimals)}" if value > 0 else number(value, decimals)


def shown_amount(value: float) -> float:
    """Return an amount of the tables as people read it: see AMOUNT_SCALE in the settings."""
    return value * float(settings.AMOUNT_SCALE)


def stored_amount(value: float) -> float:
    """Return the amount of the tables that people read as `value`; what was shown comes back exactly."""
    scale = float(settings.AMOUNT_SCALE)
    return value if scale == 1 else round(value / scale, 2)


def money(value: float) -> str:
    """Return an amount of the tables with its currency."""
    return _with_currency(shown_amount(value))


def distinct_money(first: float, second: float) -> tuple[str, str]:
    """Return two amounts of the tables with their currency, in cents where they look the same without."""
    rounded = money(first), money(second)
    if rounded[0] != rounded[1]:
        return rounded
    return _with_currency(shown_amount(first), 2), _with_currency(shown_amount(second), 2)


def _with_currency(value: float, decimals: int | None = None) -> str:
    if not math.isfinite(value):
        return number(value)
    if decimals is None:
        decimals = 0 if abs(value) >= 100 or value == int(value) else 2
    amount = number(abs(value), decimals)
    sign = MINUS if value < 0 else ""
    if reads_french():
        return f"{sign}{amount}{NO_BREAK}{settings.CURRENCY}"
    return f"{sign}{settings.CURRENCY}{amount}"


def three_digits(value: float) -> float:
    """Return the value rounded to three significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    return float(round(value, 2 - math.floor(math.log10(abs(value)))))


def rounded_money(value: float) -> str:
    """Return an amount with three significant digits, for a sentence."""
    return _with_currency(three_digits(shown_amount(value)))


def percent(value: float, decimals: int = 1) -> str:
    return f"{number(value * 100, decimals)}{NARROW_SPACE if reads_french() else ''}%"


def distinct_percents(first: float, second: float, least: int = 1) -> tuple[str, str]:
    """Return both as percentages, with as many decimals as it takes to make them differ, `least` or more."""
    decimals = _decimals_that_differ(first * 100, second * 100, least)
    return percent(first, decimals), percent(second, decimals)


def distinct_ratings(first: float, second: float) -> tuple[str, str]:
    """Return two external ratings as numbers out of 100, with as many decimals as make them differ."""
    decimals = _decimals_that_differ(first * 100, second * 100, 0)
    return number(first * 100, decimals), number(second * 100, decimals)


def out_of_100(shown: str) -> str:
    return gettext("%(n)s out of 100") % {"n": shown}


def points(value: float, decimals: int, *, has_sign: bool = False) -> str:
    """Return a difference of two percentages; French has the singular below two, English at 1 alone."""
    size = round(abs(value), decimals)
    is_one = size < 2 if reads_french() else size == 1 and decimals == 0
    amount = signed(value, decimals) if has_sign else number(value, decimals)
    return ngettext("%(n)s point", "%(n)s points", 1 if is_one else 2) % {"n": amount}


def other_groups(count: int) -> str:
    return ngettext("%(n)s other group", "%(n)s other groups together", count) % {"n": count}
