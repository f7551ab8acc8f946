"""Bins of a stored drift report in the reader's language: numbers, categories in words."""

import re
from typing import Final

from django.utils.translation import gettext

from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.monitoring.stability import MISSING, OTHER
from scoring.ml.tables.catalogue import TABLES
from scoring.ml.tables.schema import Kind
from scoring.presentation import formatting

COLUMNS: Final = {column.name: column for column in TABLES["application"].columns}
_NUMBER: Final = r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?"
# A range as a report stores it: "< 4.475e+04", "4.475e+04 – 7.726e+04", "≥ 1.188e+06".
_RANGE: Final = re.compile(rf"(?:< {_NUMBER}|≥ {_NUMBER}|{_NUMBER} – {_NUMBER}|{_NUMBER})")


def bin_in_words(name: str, label: str) -> str:
    """Return a bin of a column; the bins of the score, whose name is empty, are percentages."""
    if label == MISSING:
        return gettext("missing")
    if label == OTHER:
        return gettext("other")
    if _RANGE.fullmatch(label):
        return re.sub(_NUMBER, lambda match: _number(name, float(match[0])), label)
    return _category(name, label)


def _number(name: str, value: float) -> str:
    if not name:
        return formatting.percent(value, 1)
    return formatting.money(value) if _is_money(name) else formatting.short_number(value)


def _is_money(name: str) -> bool:
    feature, column = catalogue.BY_NAME.get(name), COLUMNS.get(name)
    return feature.unit is Unit.MONEY if feature else bool(column and column.kind is Kind.AMOUNT)


def _category(name: str, label: str) -> str:
    column = COLUMNS.get(name)
    return formatting.column_in_words(column, label) if column else label
