"""The portfolio in counts: what the model recommends, what people decided, who carries what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from django.db.models import Count, FloatField, IntegerField, Q, Value
from django.db.models.functions import Cast, Floor, Least

from creditdesk.models import Assessment, Contest, Decision
from creditdesk.models.case import CaseQuerySet

BIN_WIDTH: Final = 0.02
BINS: Final = 25  # the last one is open: everything from 48 % up


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def ratio(self) -> float | None:
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Bin:
    """Assessed cases whose probability is at least `low` and below `high` (None: no upper end)."""

    low: float
    high: float | None
    accept: int
    refuse: int
    refer: int


@dataclass(frozen=True, slots=True)
class Decided:
    """Accepted or refused by a person, against what the model had recommended."""

    closed: int
    overrides: int
    riskier: int
    safer: int

    @classmethod
    def of(cls, cases: CaseQuerySet) -> Self:
        differs = Q(is_override=True)
        standing = Decision.objects.standing().filter(case__in=cases)
        counts = standing.aggregate(
            closed=Count("pk"),
            overrides=Count("pk", filter=differs),
            riskier=Count("pk", filter=differs & Q(outcome="accept")),
            safer=Count("pk", filter=differs & Q(outcome="refuse")),
        )
        return cls(**counts)

    @property
    def override_rate(self) -> float | None:
        return Share(self.overrides, self.closed).ratio


@dataclass(frozen=True, slots=True)
class Contested:
    """What clients did not accept, and what came of it."""

    waiting: int
    late: int
    examined: int
    overturned: int

    @classmethod
    def of(cls, cases: CaseQuerySet) -> Self:
        contests = Contest.objects.filter(case__in=cases)
        # A change that a second person still has to confirm is not an overturned decision yet.
        changed = Q(outcome=Contest.Outcome.CHANGED, new_decision__status=Decision.Status.FINAL)
        return cls(
            waiting=contests.unanswered().count(),
            late=contests.late().count(),
            examined=contests.filter(closed_at__isnull=False).count(),
            overturned=contests.filter(changed).count(),
        )

    @property
    def overturn_rate(self) -> float | None:
        return Share(self.overturned, self.examined).ratio


def verdicts(cases: CaseQuerySet) -> dict[str, Share]:
    """How many cases each verdict has, by the newest assessment; "" stands for not assessed."""
    counted = _counts(cases, "latest_assessment__verdict")
    total = sum(counted.values())
    return {verdict: Share(counted.get(verdict, 0), total) for verdict in [*Assessment.Verdict.values, ""]}


def stages(cases: CaseQuerySet) -> dict[str, int]:
    """Cases by where they stand; the four add up to all of them."""
    accepted = cases.decided().filter(decisions__outcome="accept").count()
    decided, waiting = cases.decided().count(), cases.waiting().count()
    return {
        "pending": cases.count() - decided - waiting,
        "waiting": waiting,
        "accept": accepted,
        "refuse": decided - accepted,
    }


def distribution(cases: CaseQuerySet) -> list[Bin]:
    """Probabilities of the newest assessments in bins of two points, split by verdict."""
    position = Cast(Floor(Cast("latest_assessment__probability", FloatField()) / BIN_WIDTH), IntegerField())
    counted = (
        cases.filter(latest_assessment__probability__isnull=False)
        .order_by()
        .values_list(Least(position, Value(BINS - 1)), "latest_assessment__verdict")
        .annotate(n=Count("pk"))
    )
    return list(_bins({(place, verdict): n for place, verdict, n in counted}))


def _bins(counted: Mapping[tuple[int, str], int]) -> Iterable[Bin]:
    for place in range(BINS):
        high = None if place == BINS - 1 else (place + 1) * BIN_WIDTH
        per_verdict = {v: counted.get((place, v), 0) for v in Assessment.Verdict.values}
        yield Bin(low=place * BIN_WIDTH, high=high, **per_verdict)


def by_advisor(cases: CaseQuerySet) -> list[dict[str, Any]]:
    """Who carries what, in the order of names: a workload, not a ranking."""
    closing = Q(decisions__outcome__in=["accept", "refuse"])
    rows = (
        cases.order_by("advisor__last_name", "advisor__first_name", "advisor__username")
        .values("advisor_id", "advisor__username", "advisor__first_name", "advisor__last_name")
        .annotate(
            cases=Count("pk", distinct=True),
            decided=Count("decisions", filter=closing & Q(decisions__status="final")),
            waiting=Count("decisions", filter=Q(decisions__status="proposed")),
            overrides=Count(
                "decisions",
                filter=Q(decisions__is_override=True)
                & closing
                & ~Q(decisions__status__in=["rejected", "replaced"]),
            ),
        )
    )
    return [_workload(row) for row in rows]


def _workload(row: Mapping[str, Any]) -> dict[str, Any]:
    full_name = f"{row['advisor__first_name']} {row['advisor__last_name']}".strip()
    pending = row["cases"] - row["decided"] - row["waiting"]
    return {**row, "name": full_name or row["advisor__username"], "pending": pending}


def _counts(cases: CaseQuerySet, column: str) -> dict[str, int]:
    counted = cases.order_by().values_list(column).annotate(n=Count("pk"))
    return {value or "": n for value, n in counted}
