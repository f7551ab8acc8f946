"""Days in words."""

from datetime import date

from django.utils.formats import date_format

from scoring.presentation.formatting.language import reads_french


def written_day(day: date) -> str:
    """Return a day in words, as "1 September 2026" or "1er septembre 2026"."""
    return with_ordinal(day, date_format(day, "j F Y"))


def written_date(day: date, form: str) -> str:
    """Return a day or a moment in a form of Django's, as DATE_FORMAT; in French "1er mai", not "1 mai"."""
    return with_ordinal(day, date_format(day, form))


def with_ordinal(day: date, words: str) -> str:
    """Return these words of a day; in French the first of a month begins with an ordinal: "1er mai"."""
    return f"1er{words[1:]}" if day.day == 1 and words.startswith("1 ") and reads_french() else words
