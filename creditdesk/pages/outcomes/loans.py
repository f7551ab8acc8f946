"""Loans whose repayment is observed, as arrays: what was promised of each, and what came true."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, Self

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.db.models import Max, Min, Q, Window
from django.db.models.functions import Lead
from django.utils import timezone
from numpy.typing import NDArray

from creditdesk.models import Decision, MonthlyOutcome
from scoring.ml.metrics.vintages import NEVER, Loans, bucket, roll_counts

Values = NDArray[np.float64]
Integers = NDArray[np.int64]

# Longer spans are grouped by quarter.
MAX_MONTHLY_VINTAGES: Final = 12
KEPT_SECONDS: Final = 30 * 24 * 3600


def month_number(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


@dataclass(frozen=True, slots=True)
class Promise:
    """What the desk promised of a loan: the assessment that was decided on, else the newest; the decision."""

    probability: float
    threshold: float
    verdict: str
    version: str
    decision: str = ""
    is_override: bool = False
    reason_code: str = ""


@dataclass(frozen=True)
class ObservedLoans:
    """n loans in the order of their cases: months are numbers since the year 0, (n,) each."""

    promises: tuple[Promise, ...]
    month: Integers
    first_default: Integers
    last_month: Integers
    is_repaid: NDArray[np.bool_]

    @classmethod
    def on_file(cls) -> Self:
        by_case = MonthlyOutcome.objects.order_by("case_id").values("case_id")
        rows = by_case.annotate(
            last=Max("month"),
            first_default=Min("month", filter=Q(defaulted=True)),
            repaid=Min("month", filter=Q(balance=0)),
        ).values_list(
            "case_id",
            "case__submitted_at",
            "case__latest_assessment__probability",
            "case__latest_assessment__threshold",
            "case__latest_assessment__verdict",
            "case__latest_assessment__model_version",
            "last",
            "first_default",
            "repaid",
        )
        decided = _decided()
        promises, months = [], []
        for case_id, submitted_at, probability, threshold, verdict, version, last, default, repaid in rows:
            promises.append(decided.get(case_id) or _promise(probability, threshold, verdict, version))
            months.append((_month_of(submitted_at), _number(default), month_number(last), repaid is not None))
        columns = np.array(months, dtype=np.int64).reshape(-1, 4)
        return cls(
            tuple(promises), columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3].astype(np.bool_)
        )

    def __len__(self) -> int:
        return len(self.month)

    @cached_property
    def last_observed(self) -> int:
        """The newest month that was imported."""
        return int(self.last_month.max())

    @cached_property
    def probability(self) -> Values:
        return np.array([promise.probability for promise in self.promises])

    @cached_property
    def has_defaulted(self) -> NDArray[np.bool_]:
        """Whether a loan defaulted within OUTCOME_MONTHS."""
        return self.default_age <= np.int64(settings.OUTCOME_MONTHS)

    @cached_property
    def default_age(self) -> Integers:
        # An application can be imported again, with a day after its first months of repayment.
        ages = np.maximum(self.first_default - self.month, 0)
        return np.where(self.first_default == NEVER, NEVER, ages)

    @cached_property
    def is_mature(self) -> NDArray[np.bool_]:
        """Applied for so long ago that OUTCOME_MONTHS have passed.

        A loan counts by its age, not by when it defaulted: early defaults alone would look bad. One that is
        lost from view before counts as not defaulted.
        """
        return self.month + np.int64(settings.OUTCOME_MONTHS) <= self.last_observed

    @cached_property
    def lost_from_view(self) -> int:
        """Mature loans whose months end before OUTCOME_MONTHS without default or repayment."""
        is_observed = self.last_month - self.month >= np.int64(settings.OUTCOME_MONTHS)
        return int((self.is_mature & ~(self.has_defaulted | self.is_repaid | is_observed)).sum())

    @cached_property
    def is_quarterly(self) -> bool:
        return int(np.ptp(self.month)) >= MAX_MONTHLY_VINTAGES

    @cached_property
    def vintage_months(self) -> Integers:
        """The first month of each vintage, the oldest first, (v,)."""
        return np.unique(self._period)

    @cached_property
    def by_vintage(self) -> Loans:
        width = 3 if self.is_quarterly else 1
        # The youngest loans of a vintage say up to which age all of it is observed.
        ages = self.last_observed - (self.vintage_months + width - 1)
        return Loans(
            vintage=np.searchsorted(self.vintage_months, self._period),
            probability=self.probability,
            default_age=self.default_age,
            last_ages=np.maximum(ages, 0),
        )

    @property
    def _period(self) -> Integers:
        return self.month - self.month % 3 if self.is_quarterly else self.month


def roll_counts_on_file() -> Integers:
    """Return the counts of `roll_counts` over all months: read anew once months were imported, else kept."""
    newest = MonthlyOutcome.objects.order_by("-pk").values_list("pk", flat=True).first()
    counts = cache.get_or_set(
        f"roll-counts:{newest}",
        lambda: roll_counts(*buckets_month_by_month()).tolist(),
        timeout=KEPT_SECONDS,
    )
    return np.array(counts, dtype=np.int64)


def buckets_month_by_month() -> tuple[Integers, Integers]:
    """Return the bucket of each loan in a month and in the month after, (m,) each; gaps are left out."""
    rows = (
        MonthlyOutcome.objects.order_by()
        .annotate(
            next_month=_in_next_month("month"),
            next_days=_in_next_month("days_past_due"),
            next_defaulted=_in_next_month("defaulted"),
        )
        .values_list("month", "days_past_due", "defaulted", "next_month", "next_days", "next_defaulted")
    )
    pairs = [
        (days, defaulted, next_days, next_defaulted)
        for month, days, defaulted, next_month, next_days, next_defaulted in rows.iterator(20_000)
        if next_month is not None and month_number(next_month) == month_number(month) + 1
    ]
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 4)
    return (
        bucket(columns[:, 0], columns[:, 1].astype(np.bool_)),
        bucket(columns[:, 2], columns[:, 3].astype(np.bool_)),
    )


def _in_next_month(column: str) -> Window:
    return Window(Lead(column), partition_by="case_id", order_by="month")


def _decided() -> dict[int, Promise]:
    """By case with outcomes: the assessment that its final decision was taken on."""
    decisions = Decision.objects.filter(
        status=Decision.Status.FINAL, outcome=Decision.Outcome.ACCEPT, case__outcomes__isnull=False
    )
    rows = decisions.distinct().values_list(
        "case_id",
        "assessment__probability",
        "assessment__threshold",
        "assessment__verdict",
        "assessment__model_version",
        "outcome",
        "is_override",
        "reason_code",
    )
    return {row[0]: _promise(*row[1:]) for row in rows}


def _promise(
    probability: float | None,
    threshold: float | None,
    verdict: str | None,
    version: str | None,
    decision: str = "",
    is_override: bool = False,
    reason_code: str = "",
) -> Promise:
    return Promise(
        np.nan if probability is None else probability,
        np.nan if threshold is None else threshold,
        verdict or "",
        version or "",
        decision,
        is_override,
        reason_code,
    )


def _month_of(moment: datetime) -> int:
    return month_number(timezone.localtime(moment).date())


def _number(month: date | None) -> int:
    return NEVER if month is None else month_number(month)
