"""Django's filter `date`, whose French first of a month is an ordinal: "1er mai 2026"."""

from datetime import date
from typing import Any

from django import template
from django.template.defaultfilters import date as written

from scoring.presentation import formatting

register = template.Library()
FORMS = (None, "DATE_FORMAT", "DATETIME_FORMAT")


@register.filter("date", expects_localtime=True, is_safe=False)
def ordinal_date(value: Any, form: str | None = None) -> str:
    words: str = written(value, form)
    return formatting.with_ordinal(value, words) if isinstance(value, date) and form in FORMS else words
