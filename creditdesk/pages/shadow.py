"""Shadow page: agreement of the challenger with the versions that answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Final, NamedTuple

from django.db.models import Avg, Count, F

from accounts.models import User
from creditdesk.models import Assessment, Case, ShadowScore
from creditdesk.models.shadow_score import ShadowScoreQuerySet
from creditdesk.pages.portfolio.counts import Share
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.metrics.intervals import normal
from scoring.ml.model.model import Model
from scoring.models import ChallengerAppointment
from scoring.presentation import formatting

MAX_LISTED: Final = 20


class CostDifference(NamedTuple):
    """Cost per case of both where the outcome is known; `low` and `high` bound the difference (95 %)."""

    cases: int
    answered: float
    challenger: float
    difference: float
    low: float
    high: float


@dataclass(eq=False)
class ShadowPage:
    appointment: ChallengerAppointment
    model: Model | None
    reader: User

    @cached_property
    def scores(self) -> ShadowScoreQuerySet:
        version = self.appointment.version
        return ShadowScore.objects.of(version.digest if version else "")

    @cached_property
    def counts(self) -> Mapping[tuple[str, str], int]:
        rows = self.scores.order_by().values_list("assessment__verdict", "verdict").annotate(n=Count("pk"))
        return {(answered, shadow): n for answered, shadow, n in rows}

    @property
    def matrix(self) -> list[tuple[str, list[int]]]:
        """A row per verdict that was given, a cell per verdict of the challenger."""
        verdicts = Assessment.Verdict.values
        return [(given, [self.counts.get((given, shadow), 0) for shadow in verdicts]) for given in verdicts]

    @property
    def agreement(self) -> Share:
        same = sum(n for (given, shadow), n in self.counts.items() if given == shadow)
        return Share(same, sum(self.counts.values()))

    @cached_property
    def mean_difference(self) -> str:
        """Challenger's probability less the one that was given, on average in points; "" for no case."""
        scored_by_both = self.scores.filter(assessment__probability__isnull=False)
        difference = Avg(F("probability") - F("assessment__probability"))
        mean: float | None = scored_by_both.aggregate(mean=difference)["mean"]
        return "" if mean is None else formatting.points(100 * mean, 2, has_sign=True)

    @cached_property
    def costs(self) -> CostDifference | None:
        rows = list(
            self.scores.with_outcome().values_list(
                "assessment__verdict", "verdict", "assessment__case__monitoring__defaulted"
            )
        )
        if not rows:
            return None
        costs = self.model.manifest.costs if self.model else DEFAULT_COSTS
        return _cost_difference(
            [
                (cost(given, bool(defaulted), costs), cost(shadow, bool(defaulted), costs))
                for given, shadow, defaulted in rows
            ]
        )

    @cached_property
    def differing(self) -> list[ShadowScore] | None:
        """The newest cases where they differ; None for a reader who may not see cases.

        Whoever decides cases sees decided ones alone: a second opinion by a machine would sway the decision.
        """
        if not self.reader.has_perm("creditdesk.view_case"):
            return None
        visible = Case.objects.visible_to(self.reader)
        if self.reader.has_perm("creditdesk.decide_case"):
            visible = visible.decided()
        rows = self.scores.differing().filter(assessment__case__in=visible)
        return list(rows.select_related("assessment__case").order_by("-pk")[:MAX_LISTED])


def cost(verdict: str, defaulted: bool, costs: Costs) -> float:
    """Return the cost of following a verdict, none where it refers."""
    if verdict == Assessment.Verdict.ACCEPT and defaulted:
        return costs.fn
    return costs.fp if verdict == Assessment.Verdict.REFUSE and not defaulted else 0.0


def _cost_difference(pairs: list[tuple[float, float]]) -> CostDifference:
    n = len(pairs)
    answered, challenger = (sum(side) / n for side in zip(*pairs, strict=True))
    mean = challenger - answered
    variance = sum((second - first - mean) ** 2 for first, second in pairs) / max(n - 1, 1)
    low, high = normal(mean, sqrt(variance / n))
    return CostDifference(n, answered, challenger, mean, low, high)
