"""Days in words."""

from datetime import date

from django.utils.formats import date_format

from scoring.presentation.formatting.language import reads_french


def written_day(day: date) -> str:
    """Return a day in words; in French the first of a month is an ordinal."""
    words = date_format(day, "j F Y")
    return f"1er{words[1:]}" if day.day == 1 and reads_french() else words
