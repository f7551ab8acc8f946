"""Dates on pages: the first of a French month is an ordinal, nothing else changes."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.template.defaultfilters import date as of_django
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st


def written(value: date, form: str) -> str:
    return Template("{{ value|date:form }}").render(Context({"value": value, "form": form}))


@pytest.mark.parametrize(
    ("language", "form", "text"),
    [
        ("fr", "DATE_FORMAT", "1er décembre 2026"),
        ("fr", "DATETIME_FORMAT", "1er décembre 2026 13:30"),
        ("fr", "SHORT_DATE_FORMAT", "01/12/2026"),
        ("fr", "Y-m-d", "2026-12-01"),
        ("en", "DATE_FORMAT", "1 December 2026"),
    ],
)
def test_the_first_of_a_month_is_written_as_its_language_does(language, form, text):
    with translation.override(language):
        assert written(datetime(2026, 12, 1, 12, 30, tzinfo=UTC), form) == text


@given(day=st.dates(min_value=date(1900, 1, 1)), form=st.sampled_from(["DATE_FORMAT", "Y-m-d", "d/m/Y"]))
def test_every_other_day_is_written_as_django_does(day, form):
    with translation.override("fr"):
        assert written(day, form) == of_django(day, form) or day.day == 1


def test_what_is_no_day_is_written_as_nothing():
    assert Template("{{ none|date:'DATE_FORMAT' }}").render(Context({"none": None})) == ""
