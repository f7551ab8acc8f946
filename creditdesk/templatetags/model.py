"""What the figures of a model page call things: features, groups, values, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

from creditdesk import wording
from creditdesk.templatetags.desk import MISSING
from scoring.drawing import comparison, figure
from scoring.drawing.fairness import AGE
from scoring.ml.features import catalogue
from scoring.ml.model import population
from scoring.ml.tables.catalogue import column

register = template.Library()


@register.filter
def words(label: figure.Label) -> str:
    """A label of a figure as a person reads it."""
    if isinstance(label, figure.Named):
        return _NAMED[label.kind](label)
    if isinstance(label, figure.Place):
        return _place(label)
    return wording.number(label, 3) if isinstance(label, float | int) else str(label)


@register.filter
def cell(value: float | None, shown: figure.Column) -> str:
    """A number of a figure's table."""
    if value is None:
        return MISSING
    write = wording.percent if shown.form == "percent" else wording.number
    return write(value, shown.digits)


def _feature(label: figure.Named) -> str:
    first = wording.titled(catalogue.BY_NAME[label.name].label)
    if not label.attribute:
        return first
    return gettext("{first}, with: {second}").format(
        first=first, second=wording.told(catalogue.BY_NAME[label.attribute].label)
    )


def _group(label: figure.Named) -> str:
    return wording.told(catalogue.GROUPS[label.name])


def _clients(label: figure.Named) -> str:
    if label.attribute == AGE:
        return wording.told(population.label(f"{AGE}:{label.name}", ()))
    known = column("application", label.attribute)
    return wording.column_in_words(known, label.name) if label.name else wording.titled(known.label)


def _place(label: figure.Place) -> str:
    feature = catalogue.BY_NAME[label.feature]
    if label.code is not None:
        return wording.feature_in_words(feature, float(label.code))
    if label.low is None or label.high is None:
        return gettext("missing")
    low, high = (wording.feature_in_words(feature, end) for end in (label.low, label.high))
    return low if low == high else gettext("{low} to {high}").format(low=low, high=high)


_NAMED = {"feature": _feature, "group": _group, "clients": _clients}


@register.filter
def candidate(row: Mapping[str, Any]) -> str:
    """What a candidate of a comparison is called."""
    return comparison.candidate(row)
