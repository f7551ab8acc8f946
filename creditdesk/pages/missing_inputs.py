"""Inputs to be completed before anything can be recommended, the most important first."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from creditdesk.models import Assessment
from scoring.ml.model.completeness import Completion
from scoring.ml.tables.catalogue import column
from scoring.presentation import formatting

MAX_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class MissingInput:
    """`effect`: how far it can move the probability, in words; "" where it was not computed."""

    name: str
    label: str
    effect: str


@dataclass(frozen=True, slots=True)
class MissingInputs:
    """The most important inputs by name, the labels of the others, and between what the probability lies."""

    named: tuple[MissingInput, ...]
    other_labels: tuple[str, ...]
    low: str
    high: str


def missing_inputs(assessment: Assessment | None) -> MissingInputs | None:
    """None where nothing has to be completed."""
    if assessment is None or not assessment.is_incomplete:
        return None
    completion = Completion.from_json(assessment.completion) if assessment.completion else None
    points = dict(completion.effects) if completion else {}
    low, high = formatting.distinct_percents(completion.low, completion.high) if completion else ("", "")
    return MissingInputs(
        named=tuple(
            MissingInput(name, label_of(name), _effect(points.get(name)))
            for name in assessment.missing[:MAX_NAMED]
        ),
        other_labels=tuple(map(label_of, assessment.missing[MAX_NAMED:])),
        low=low,
        high=high,
    )


def label_of(name: str) -> str:
    return formatting.localize(column("application", name).label)


def _effect(points: float | None) -> str:
    if points is None:
        return ""
    return gettext("up to %(points)s") % {"points": formatting.points(points, 0 if points >= 1 else 1)}
