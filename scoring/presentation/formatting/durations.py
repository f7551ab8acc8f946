"""Lengths of time, dates relative to an application, and payment delays, in words."""

import math
from collections.abc import Callable

from django.utils.translation import gettext, ngettext

from scoring.presentation.formatting.language import reads_french
from scoring.presentation.formatting.numbers import MINUS, READABLE, short_number

_DAYS_IN_MONTH = 365.25 / 12
_DAYS_IN_YEAR = 365.25


def _plural_count(value: float) -> int:
    """Return the count that picks the plural form: French has "1,5 jour", English "1.5 days"."""
    whole = int(value)
    return whole if value == whole or reads_french() else 2


def _days(value: float) -> str:
    rounded = round(value, 0 if value >= 10 else 1)
    return ngettext("%(n)s day", "%(n)s days", _plural_count(rounded)) % {"n": short_number(rounded)}


def _months(value: float) -> str:
    rounded = round(value, 1)
    return ngettext("%(n)s month", "%(n)s months", _plural_count(rounded)) % {"n": short_number(rounded)}


def years(value: float) -> str:
    rounded = round(value, 1)
    return ngettext("%(n)s year", "%(n)s years", _plural_count(abs(rounded))) % {"n": short_number(rounded)}


def length_of_months(months: float) -> str:
    if months < 12:
        return _months(months)
    if months >= READABLE:
        return years(months / 12)
    whole_years, rest = divmod(round(months), 12)
    joint = " et " if reads_french() else " "
    return f"{years(whole_years)}{joint}{_months(rest)}" if rest else years(whole_years)


def length_of_days(days: float) -> str:
    return _days(days) if days < 60 else length_of_months(round(days / _DAYS_IN_MONTH))


def _ago(value: float, length: Callable[[float], str]) -> str:
    if value < 0:
        return gettext("%(duration)s ago") % {"duration": length(-value)}
    return gettext("in %(duration)s") % {"duration": length(value)}


def days_ago(value: float) -> str:
    return gettext("on the day of the application") if abs(value) < 0.5 else _ago(value, length_of_days)


def months_ago(value: float) -> str:
    return gettext("in the month of the application") if abs(value) < 0.05 else _ago(value, length_of_months)


def duration(value: float, length: Callable[[float], str]) -> str:
    return f"{MINUS}{length(-value)}" if value < 0 else length(value)


def delay(value: float) -> str:
    """Return a payment delay; negative days are early."""
    if abs(value) < 0.05:
        return gettext("paid on time")
    late, early = gettext("paid %(days)s late"), gettext("paid %(days)s early")
    return (late if value > 0 else early) % {"days": _days(abs(value))}


def change_of_delay(days: float) -> str:
    if abs(days) < 0.05:
        return gettext("unchanged")
    longer, shorter = gettext("%(days)s longer"), gettext("%(days)s shorter")
    return (longer if days > 0 else shorter) % {"days": _days(abs(days))}


def age(value: float) -> str:
    """Return the completed years of DAYS_BIRTH, negative days."""
    elapsed = -value / _DAYS_IN_YEAR
    return years(math.floor(elapsed) if 0 <= elapsed < READABLE else elapsed)
