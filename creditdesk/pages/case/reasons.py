"""The reasons of an assessment as they were told, and every feature with its effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditdesk.models import Assessment
from creditdesk.models.assessment import Contribution
from creditdesk.pages import svg_geometry
from scoring.ml.features import catalogue
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One stored reason, word for word; `feature` is the strongest of its group."""

    code: str
    title: str
    text: str
    feature: str
    contribution: float
    bar: svg_geometry.Bar

    @property
    def towards(self) -> str:
        return towards(self.contribution)

    @property
    def amount(self) -> str:
        return formatting.signed(self.contribution, DECIMALS)


@dataclass(frozen=True, slots=True)
class Effect:
    """One feature: what the client has, and how far it moves the log-odds."""

    feature: str
    label: str
    group: str
    value: str
    contribution: float

    @property
    def amount(self) -> str:
        return formatting.signed(self.contribution, DECIMALS)


def towards(contribution: float) -> str:
    return "refuse" if contribution > 0 else "accept" if contribution < 0 else "neither"


def told(assessment: Assessment) -> list[Told]:
    """In the reader's language, the most important first."""
    largest = max((abs(reason.contribution) for reason in assessment.shown_reasons), default=0.0)
    return [
        Told(
            code=reason.code,
            title=group_titled(reason.code),
            text=formatting.localize(Text(reason.text_en, reason.text_fr)),
            feature=reason.feature,
            contribution=reason.contribution,
            bar=svg_geometry.bar(reason.contribution, largest),
        )
        for reason in assessment.shown_reasons
    ]


def group_titled(code: str) -> str:
    """A group that a later catalogue has given up keeps at least its code."""
    return formatting.capitalized(catalogue.GROUPS.get(code, Text(code, code)))


def effects(contributions: Sequence[Contribution], history_rows: Mapping[str, int]) -> list[Effect]:
    """Every feature of the model, in the order given."""
    return [effect(item, history_rows) for item in contributions]


def effect(item: Contribution, history_rows: Mapping[str, int]) -> Effect:
    feature = item.feature
    if formatting.is_missing(item.value):
        value = formatting.missing_in_words(feature.table, history_rows)
    else:
        value = formatting.feature_in_words(feature, item.value)
    return Effect(
        feature=feature.name,
        label=formatting.capitalized(feature.label),
        group=group_titled(feature.group),
        value=value,
        contribution=item.contribution,
    )
