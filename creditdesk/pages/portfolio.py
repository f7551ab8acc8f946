"""Portfolio page: counts of verdicts, decisions, contests and workloads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, Self

from django.db.models import Count, FloatField, IntegerField, Q, Value
from django.db.models.functions import Cast, Floor, Least

from creditdesk.models import Assessment, Contest, Decision
from creditdesk.models.case import CaseQuerySet

BIN_WIDTH: Final = 0.02
BINS: Final = 25  # the last one is open: everything from 48 % up


@dataclass(frozen=True, slots=True)
class Share:
    """`count` out of `of`."""

    count: int
    of: int

    @property
    def ratio(self) -> float | None:
        return self.count / self.of if self.of else None


class Bin(NamedTuple):
    """Assessed cases whose probability is at least `low` and below `high` (None: no upper end)."""

    low: float
    high: float | None
    accept: int
    refuse: int
    refer: int


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """Decisions that stand, those that override the verdict, towards more risk and towards less."""

    closed: int
    overrides: int
    riskier: int
    safer: int

    @classmethod
    def of(cls, cases: CaseQuerySet) -> Self:
        overrides = Q(is_override=True)
        standing = Decision.objects.standing().filter(case__in=cases)
        counts = standing.aggregate(
            closed=Count("pk"),
            overrides=Count("pk", filter=overrides),
            riskier=Count("pk", filter=overrides & Q(outcome="accept")),
            safer=Count("pk", filter=overrides & Q(outcome="refuse")),
        )
        return cls(**counts)

    @property
    def override_rate(self) -> float | None:
        return Share(self.overrides, self.closed).ratio


@dataclass(frozen=True, slots=True)
class ContestCounts:
    """Contests that wait for a review, those that are late, reviewed, and those that changed the decision."""

    waiting: int
    late: int
    reviewed: int
    overturned: int

    @classmethod
    def of(cls, cases: CaseQuerySet) -> Self:
        contests = Contest.objects.filter(case__in=cases)
        # A change that a second person still has to confirm is not an overturned decision yet.
        changed = Q(outcome=Contest.Outcome.CHANGED, new_decision__status=Decision.Status.FINAL)
        return cls(
            waiting=contests.unanswered().count(),
            late=contests.late().count(),
            reviewed=contests.filter(closed_at__isnull=False).count(),
            overturned=contests.filter(changed).count(),
        )

    @property
    def overturn_rate(self) -> float | None:
        return Share(self.overturned, self.reviewed).ratio


class Workload(NamedTuple):
    """Cases of one advisor by where they stand."""

    advisor_id: int
    name: str
    cases: int
    pending: int
    waiting: int
    decided: int
    overrides: int


@dataclass(eq=False)
class PortfolioPage:
    cases: CaseQuerySet

    @property
    def total(self) -> int:
        return self.cases.count()

    @property
    def escalated(self) -> int:
        return self.cases.escalated().count()

    @property
    def late(self) -> int:
        return self.cases.late().count()

    @cached_property
    def decisions(self) -> DecisionCounts:
        return DecisionCounts.of(self.cases)

    @cached_property
    def contests(self) -> ContestCounts:
        return ContestCounts.of(self.cases)

    @cached_property
    def verdicts(self) -> dict[str, Share]:
        """Cases of each verdict, by the newest assessment; "" stands for not assessed."""
        counted = self.cases.order_by().values_list("latest_assessment__verdict").annotate(n=Count("pk"))
        counts = {verdict or "": n for verdict, n in counted}
        total = sum(counts.values())
        return {verdict: Share(counts.get(verdict, 0), total) for verdict in [*Assessment.Verdict.values, ""]}

    @cached_property
    def stages(self) -> dict[str, int]:
        """Cases by where they stand; the four add up to all of them."""
        accepted = self.cases.decided().filter(decisions__outcome="accept").count()
        decided, waiting = self.cases.decided().count(), self.cases.waiting().count()
        return {
            "pending": self.cases.count() - decided - waiting,
            "waiting": waiting,
            "accept": accepted,
            "refuse": decided - accepted,
        }

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
    def chart(self) -> list[dict[str, float | None]]:
        """The bins as the script draws them."""
        return [bin_._asdict() for bin_ in self.bins]

    @cached_property
    def workloads(self) -> list[Workload]:
        """One row per advisor, in the order of names: a workload, not a ranking."""
        closing = Q(decisions__outcome__in=["accept", "refuse"])
        ended = Q(decisions__status__in=["rejected", "replaced"])
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
                name=f"{first_name} {last_name}".strip() or username,
                cases=cases,
                pending=cases - decided - waiting,
                waiting=waiting,
                decided=decided,
                overrides=overrides,
            )
            for advisor_id, username, first_name, last_name, cases, decided, waiting, overrides in rows
        ]


def _bins(counts: Mapping[tuple[int, str], int]) -> Iterable[Bin]:
    for position in range(BINS):
        high = None if position == BINS - 1 else (position + 1) * BIN_WIDTH
        by_verdict = {verdict: counts.get((position, verdict), 0) for verdict in Assessment.Verdict.values}
        yield Bin(low=position * BIN_WIDTH, high=high, **by_verdict)
