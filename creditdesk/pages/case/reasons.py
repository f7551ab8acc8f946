"""Reasons of an assessment as they were shown, and the effect of every feature."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from creditdesk.models import Assessment
from creditdesk.models.assessment import Contribution
from creditdesk.models.reason import Strength
from creditdesk.reasons import text_for_the_desk
from scoring.ml.features import catalogue
from scoring.ml.tables.schema import Text
from scoring.presentation import formatting

DECIMALS = 3
# The bar of a reason is full where it doubles or halves the odds.
FULL_BAR: Final = math.log(2.0)
STRENGTH_LABELS: Final = {
    Strength.STRONG: _("strong"),
    Strength.MEDIUM: _("medium"),
    Strength.SLIGHT: _("slight"),
}


@dataclass(frozen=True, slots=True)
class ReasonItem:
    """One stored reason, said about the client; `feature` is the strongest of its group.

    `is_fact`: it tells a fact, not only the name of its group.
    """

    code: str
    title: str
    text: str
    feature: str
    contribution: float
    strength: Strength
    is_fact: bool

    @property
    def direction(self) -> str:
        return direction(self.contribution)

    @property
    def strength_label(self) -> str:
        return str(STRENGTH_LABELS[self.strength])

    @property
    def bar_width(self) -> float:
        """The width of the bar, in percent."""
        return 100 * min(abs(self.contribution) / FULL_BAR, 1.0)


@dataclass(frozen=True, slots=True)
class FeatureEffect:
    """One feature: the client's value, and its contribution in log-odds."""

    feature: str
    label: str
    group: str
    value: str
    contribution: float

    @property
    def amount(self) -> str:
        return formatting.signed(self.contribution, DECIMALS)


def direction(contribution: float) -> str:
    """Return the verdict that a contribution in log-odds pushes towards, "neither" for none."""
    return "refuse" if contribution > 0 else "accept" if contribution < 0 else "neither"


def reason_items(assessment: Assessment) -> list[ReasonItem]:
    """Return the reasons in the reader's language, the most important first."""
    return [
        ReasonItem(
            code=reason.code,
            title=group_title(reason.code),
            text=text_for_the_desk(reason),
            feature=reason.feature,
            contribution=reason.contribution,
            strength=reason.strength,
            is_fact=reason.is_fact,
        )
        for reason in assessment.shown_reasons
    ]


def group_title(code: str) -> str:
    """Return the name of a feature group, its code where a later catalogue has dropped it."""
    return formatting.capitalized(catalogue.GROUPS.get(code, Text(code, code)))


def feature_effects(
    contributions: Sequence[Contribution], history_rows: Mapping[str, int]
) -> list[FeatureEffect]:
    """Return the effect of every feature, in the order given."""
    return [feature_effect(contribution, history_rows) for contribution in contributions]


def feature_effect(item: Contribution, history_rows: Mapping[str, int]) -> FeatureEffect:
    feature = item.feature
    if formatting.is_missing(item.value):
        value = formatting.missing_in_words(feature.table, history_rows)
    else:
        value = formatting.feature_in_words(feature, item.value)
    return FeatureEffect(
        feature=feature.name,
        label=formatting.capitalized(feature.label),
        group=group_title(feature.group),
        value=value,
        contribution=item.contribution,
    )
