"""Counts of the portfolio page: decisions, contests, workloads, and how long cases have waited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, Self

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils import timezone

from creditdesk.models import Contest, Decision
from creditdesk.models.case import CaseQuerySet

# Days after which a case has waited longer than most; a late one has passed its due date.
AGES: Final = (7, 30)


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


class Ageing(NamedTuple):
    """Pending cases that have waited from `first` to `last` days (None: no end), with their credits."""

    first: int
    last: int | None
    cases: int
    credit: Decimal


def ageing(cases: CaseQuerySet) -> Iterator[Ageing]:
    """Yield the pending cases by how long they have waited; the last band is beyond the due date."""
    pending, first = cases.pending(), 0
    for last in (*(age for age in AGES if age < settings.DECISION_DAYS), settings.DECISION_DAYS, None):
        band = pending.filter(submitted_at__lt=_days_ago(first - 1)) if first else pending
        if last is not None:
            band = band.filter(submitted_at__gte=_days_ago(last))
        totals = band.order_by().aggregate(cases=Count("pk"), credit=Sum("amount_credit"))
        yield Ageing(first, last, totals["cases"], totals["credit"] or Decimal())
        first = (last or 0) + 1


def _days_ago(days: int) -> datetime:
    """Return the first moment of the day so many days ago."""
    return timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=days), time.min))
