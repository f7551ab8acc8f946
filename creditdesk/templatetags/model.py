"""What the figures of a model page call things: features, groups, values, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

from creditdesk.templatetags.desk import MISSING
from scoring.ml.features import catalogue
from scoring.ml.model import population
from scoring.ml.tables.catalogue import column
from scoring.presentation import figure, figures_comparison, formatting
from scoring.presentation.figures_fairness import AGE

register = template.Library()


@register.filter
def words(label: figure.Label) -> str:
    """A label of a figure as a person reads it."""
    if isinstance(label, figure.Named):
        return _NAMED[label.kind](label)
    if isinstance(label, figure.Place):
        return _place(label)
    return formatting.number(label, 3) if isinstance(label, float | int) else str(label)


@register.filter
def cell(value: float | None, shown: figure.Column) -> str:
    """A number of a figure's table."""
    if value is None:
        return MISSING
    write = formatting.percent if shown.form == "percent" else formatting.number
    return write(value, shown.digits)


def _feature(label: figure.Named) -> str:
    first = formatting.capitalized(catalogue.BY_NAME[label.name].label)
    if not label.attribute:
        return first
    return gettext("{first}, with: {second}").format(
        first=first, second=formatting.localize(catalogue.BY_NAME[label.attribute].label)
    )


def _group(label: figure.Named) -> str:
    return formatting.localize(catalogue.GROUPS[label.name])


def _clients(label: figure.Named) -> str:
    if label.attribute == AGE:
        return formatting.localize(population.label(f"{AGE}:{label.name}", ()))
    known = column("application", label.attribute)
    return (
        formatting.column_in_words(known, label.name) if label.name else formatting.capitalized(known.label)
    )


def _place(label: figure.Place) -> str:
    feature = catalogue.BY_NAME[label.feature]
    if label.code is not None:
        return formatting.feature_in_words(feature, float(label.code))
    if label.low is None or label.high is None:
        return gettext("missing")
    low, high = (formatting.feature_in_words(feature, end) for end in (label.low, label.high))
    return low if low == high else gettext("{low} to {high}").format(low=low, high=high)


_NAMED = {"feature": _feature, "group": _group, "clients": _clients}


@register.filter
def candidate(row: Mapping[str, Any]) -> str:
    """What a candidate of a comparison is called."""
    return figures_comparison.candidate(row)
