"""Period of the portfolio page: cases received and decided, money, and reasons of overrides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, Self

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creditdesk.models import Decision
from creditdesk.models.case import CaseQuerySet

PERIODS: Final[Mapping[str, tuple[int, str | Promise]]] = {
    "30": (30, _("30 days")),
    "90": (90, _("90 days")),
    "365": (365, _("12 months")),
}
DEFAULT: Final = "90"
# Up to so many days a trend has a point per week, beyond it one per month.
MAX_DAYS_BY_WEEK: Final = 120


@dataclass(frozen=True, slots=True)
class Period:
    """So many days up to `end`, that day included."""

    code: str
    days: int
    end: date

    @classmethod
    def named(cls, code: str) -> Self:
        """Return the period of that code up to today; an unknown code is the default."""
        chosen = code if code in PERIODS else DEFAULT
        return cls(chosen, PERIODS[chosen][0], timezone.localdate())

    @property
    def first(self) -> date:
        return self.end - timedelta(days=self.days - 1)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment of the period and the first one after it."""
        return _midnight(self.first), _midnight(self.end + timedelta(days=1))

    @property
    def before(self) -> "Period":
        return Period(self.code, self.days, self.first - timedelta(days=1))

    @property
    def is_by_week(self) -> bool:
        return self.days <= MAX_DAYS_BY_WEEK


class Flow(NamedTuple):
    """Cases received and decisions taken in a period, with the credits accepted and refused."""

    received: int
    decided: int
    accepted: Decimal
    refused: Decimal
    overrides: int

    @classmethod
    def of(cls, cases: CaseQuerySet, period: Period) -> Self:
        start, end = period.bounds
        decided = decisions_in(cases, period).aggregate(
            decided=Count("pk"),
            accepted=Sum("case__amount_credit", filter=Q(outcome="accept")),
            refused=Sum("case__amount_credit", filter=Q(outcome="refuse")),
            overrides=Count("pk", filter=Q(is_override=True)),
        )
        return cls(
            received=cases.filter(submitted_at__gte=start, submitted_at__lt=end).count(),
            decided=decided["decided"],
            accepted=decided["accepted"] or Decimal(),
            refused=decided["refused"] or Decimal(),
            overrides=decided["overrides"],
        )

    @property
    def override_rate(self) -> float | None:
        return self.overrides / self.decided if self.decided else None


class OverrideReason(NamedTuple):
    """Overrides with one reason: towards acceptance, towards refusal, and their share of all decisions."""

    label: str
    accepted: int
    refused: int
    rate: float


def decisions_in(cases: CaseQuerySet, period: Period) -> QuerySet[Decision]:
    """Return the decisions of a period that stand and are final."""
    start, end = period.bounds
    return Decision.objects.standing().filter(
        status=Decision.Status.FINAL, case__in=cases, decided_at__gte=start, decided_at__lt=end
    )


def override_reasons(cases: CaseQuerySet, period: Period) -> list[OverrideReason]:
    """Return the reasons of overrides, the most frequent first."""
    decisions = decisions_in(cases, period)
    total = decisions.count()
    rows = (
        decisions.filter(is_override=True)
        .order_by()
        .values_list("reason_code")
        .annotate(accepted=Count("pk", filter=Q(outcome="accept")), n=Count("pk"))
        .order_by("-n", "reason_code")
    )
    labels = dict(Decision.ReasonCode.choices)
    return [
        OverrideReason(str(labels.get(code, code)), accepted, n - accepted, n / total)
        for code, accepted, n in rows
    ]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
