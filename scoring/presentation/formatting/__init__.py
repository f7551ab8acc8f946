"""Formatting of texts, numbers, durations and values in the language of the reader."""

from scoring.presentation.formatting.dates import written_day
from scoring.presentation.formatting.durations import length_of_months
from scoring.presentation.formatting.language import capitalized, labelled, localize, reads_french
from scoring.presentation.formatting.numbers import (
    MINUS,
    NO_BREAK,
    distinct_money,
    distinct_percents,
    money,
    number,
    other_groups,
    percent,
    points,
    rounded_money,
    short_number,
    shown_amount,
    signed,
    stored_amount,
    three_digits,
)
from scoring.presentation.formatting.values import (
    Value,
    column_in_words,
    ends_in_words,
    feature_in_words,
    in_words,
    is_missing,
    missing_in_words,
    range_in_words,
)

__all__ = [
    "MINUS",
    "NO_BREAK",
    "Value",
    "capitalized",
    "column_in_words",
    "distinct_money",
    "distinct_percents",
    "ends_in_words",
    "feature_in_words",
    "in_words",
    "is_missing",
    "labelled",
    "length_of_months",
    "localize",
    "missing_in_words",
    "money",
    "number",
    "other_groups",
    "percent",
    "points",
    "range_in_words",
    "reads_french",
    "rounded_money",
    "short_number",
    "shown_amount",
    "signed",
    "stored_amount",
    "three_digits",
    "written_day",
]
