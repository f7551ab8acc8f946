"""Totals of the portfolio: verdicts, probabilities, decisions, contests, opinions and workloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, FloatField, IntegerField, Q, Value
from django.db.models.functions import Cast, Floor, Least

from creditdesk.models import Assessment
from creditdesk.models.case import CaseQuerySet
from creditdesk.models.decision import ENDED
from creditdesk.pages.portfolio.counts import Bin, ContestCounts, DecisionCounts, Share, Workload
from creditdesk.pages.portfolio.figures import BIN_WIDTH, BINS, distribution
from creditdesk.pages.portfolio.opinions import (
    RATES,
    OpinionFigures,
    Rate,
    RateName,
    decided_unread,
)
from creditdesk.services.refusal import written_name
from scoring import engine, policies
from scoring.ml.model.folder import ModelUnavailable
from scoring.presentation.figure import Figure


@dataclass(eq=False)
class PortfolioTotals:
    cases: CaseQuerySet

    @property
    def has_no_case(self) -> bool:
        return not self.cases.exists()

    @cached_property
    def decisions(self) -> DecisionCounts:
        return DecisionCounts.of(self.cases)

    @cached_property
    def contests(self) -> ContestCounts:
        return ContestCounts.of(self.cases)

    @cached_property
    def opinions(self) -> OpinionFigures:
        return OpinionFigures.of(self.cases)

    @property
    def opinion_rates(self) -> list[tuple[RateName, Rate]]:
        """What the opinions and the decisions say of how people use the verdict, each with its name."""
        opinions = self.opinions
        rates = (
            opinions.agreement,
            opinions.switched,
            opinions.followed,
            opinions.against_both,
            decided_unread(self.cases),
        )
        return list(zip(RATES, rates, strict=True))

    @cached_property
    def verdicts(self) -> dict[str, Share]:
        """Cases of each verdict, by the newest assessment; "" stands for not assessed."""
        counted = self.cases.order_by().values_list("latest_assessment__verdict").annotate(n=Count("pk"))
        counts = {verdict or "": n for verdict, n in counted}
        total = sum(counts.values())
        return {verdict: Share(counts.get(verdict, 0), total) for verdict in [*Assessment.Verdict.values, ""]}

    @cached_property
    def stages(self) -> dict[str, int]:
        """Cases by where they stand; the five add up to all of them."""
        accepted = self.cases.decided().filter(decisions__outcome="accept").count()
        decided, waiting = self.cases.decided().count(), self.cases.waiting().count()
        withdrawn = self.cases.withdrawn().count()
        return {
            "pending": self.cases.count() - decided - waiting - withdrawn,
            "withdrawn": withdrawn,
            "waiting": waiting,
            "accept": accepted,
            "refuse": decided - accepted,
        }

    @cached_property
    def workloads(self) -> list[Workload]:
        """One row per advisor, in the order of names: a workload, not a ranking."""
        closing = Q(decisions__outcome__in=["accept", "refuse"])
        ended = Q(decisions__status__in=ENDED)
        withdrawn = dict(
            self.cases.withdrawn().order_by().values_list("advisor_id").annotate(n=Count("pk")).order_by()
        )
        rows = (
            self.cases.order_by("advisor__last_name", "advisor__first_name", "advisor__username")
            .values_list("advisor_id", "advisor__username", "advisor__first_name", "advisor__last_name")
            .annotate(
                cases=Count("pk", distinct=True),
                decided=Count("decisions", filter=closing & Q(decisions__status="final")),
                waiting=Count("decisions", filter=Q(decisions__status="proposed")),
                overrides=Count("decisions", filter=Q(decisions__is_override=True) & closing & ~ended),
            )
        )
        return [
            Workload(
                advisor_id=advisor_id,
                name=written_name(username, first_name, last_name),
                cases=cases,
                pending=cases - decided - waiting - withdrawn.get(advisor_id, 0),
                waiting=waiting,
                decided=decided,
                overrides=overrides,
            )
            for advisor_id, username, first_name, last_name, cases, decided, waiting, overrides in rows
        ]

    @cached_property
    def bins(self) -> list[Bin]:
        """Probabilities of the newest assessments in bins of two points, split by verdict."""
        position = Cast(
            Floor(Cast("latest_assessment__probability", FloatField()) / BIN_WIDTH), IntegerField()
        )
        counted = (
            self.cases.filter(latest_assessment__probability__isnull=False)
            .order_by()
            .values_list(Least(position, Value(BINS - 1)), "latest_assessment__verdict")
            .annotate(n=Count("pk"))
        )
        return list(_bins({(position, verdict): n for position, verdict, n in counted}))

    @property
    def distribution(self) -> Figure:
        """Return the distribution of probabilities, with its table."""
        return distribution(self.bins, engine_threshold())


def _bins(counts: Mapping[tuple[int, str], int]) -> Iterable[Bin]:
    for position in range(BINS):
        high = None if position == BINS - 1 else (position + 1) * BIN_WIDTH
        by_verdict = {verdict: counts.get((position, verdict), 0) for verdict in Assessment.Verdict.values}
        yield Bin(low=position * BIN_WIDTH, high=high, **by_verdict)


def engine_threshold() -> float | None:
    """Return the threshold in use, None while no model answers."""
    try:
        return policies.thresholds_of(engine.current(), policies.in_force()).refuse_from
    except ModelUnavailable:
        return None
