"""The cases of a period by product, advisor or week: volume, rates, time to decision, losses."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from creditdesk.cases.open_loans import open_loans
from creditdesk.models import Decision, MonthlyOutcome
from creditdesk.models.case import CaseQuerySet
from scoring.ml.metrics.expected_loss import losses
from scoring.models import LossTable

# Fewer cases say something about a person or a client, and nothing about the desk.
MIN_CASES: Final = 20
HOUR: Final = timedelta(hours=1)


class CaseRow(NamedTuple):
    """A case of the period with its newest verdict and the decision that stands and is final."""

    key: int
    submitted_at: datetime
    contract_type: str
    advisor: str
    verdict: str | None
    outcome: str | None
    is_override: bool | None
    decided_at: datetime | None


@dataclass(eq=False)
class Group:
    """Cases of one product, advisor or week; `losses` are None without a loss table."""

    label: str
    cases: list[CaseRow] = field(default_factory=list)
    expected_loss: float | None = None
    realised_loss: float | None = None

    @property
    def received(self) -> int:
        return len(self.cases)

    @property
    def decisions(self) -> list[CaseRow]:
        return [case for case in self.cases if case.outcome]

    @property
    def decided(self) -> int:
        return len(self.decisions)

    @property
    def accepted(self) -> int:
        return sum(case.outcome == Decision.Outcome.ACCEPT for case in self.cases)

    @property
    def acceptance(self) -> float | None:
        """Of the decided cases."""
        return _share(self.accepted, self.decided)

    @property
    def referral(self) -> float | None:
        """Of the assessed cases."""
        verdicts = [case.verdict for case in self.cases if case.verdict]
        return _share(verdicts.count("refer"), len(verdicts))

    @property
    def override(self) -> float | None:
        """Of the decided cases."""
        return _share(sum(bool(case.is_override) for case in self.cases), self.decided)

    @property
    def median_days(self) -> float | None:
        """From submission to the decision, or to its check."""
        waits = [case.decided_at - case.submitted_at for case in self.cases if case.decided_at]
        return median(wait / HOUR for wait in waits) / 24 if waits else None


def case_rows(cases: CaseQuerySet, start: datetime, end: datetime) -> Iterator[CaseRow]:
    """The cases submitted from `start` to before `end`, one row each."""
    rows = (
        cases.filter(submitted_at__gte=start, submitted_at__lt=end)
        .order_by("pk")
        .annotate(
            decision=FilteredRelation(
                "decisions",
                condition=Q(
                    decisions__status=Decision.Status.FINAL,
                    decisions__outcome__in=[Decision.Outcome.ACCEPT, Decision.Outcome.REFUSE],
                ),
            )
        )
        .values_list(
            "pk",
            "submitted_at",
            "contract_type",
            "advisor__username",
            "latest_assessment__verdict",
            "decision__outcome",
            "decision__is_override",
            Coalesce(F("decision__checked_at"), F("decision__decided_at")),
        )
    )
    return (CaseRow(*row) for row in rows)


def case_losses(table: LossTable) -> tuple[Mapping[int, float], Mapping[int, float]]:
    """Expected loss of each open loan, and the lost share of the balance of each in default, by case."""
    loans = open_loans(table)
    expected = dict(zip(loans.keys.tolist(), losses(loans.exposures).tolist(), strict=True))
    realised: dict[int, float] = {}
    defaults = MonthlyOutcome.objects.filter(defaulted=True).order_by("case", "month")
    for case, contract_type, balance in defaults.values_list("case", "case__contract_type", "balance"):
        realised.setdefault(case, float(balance) * table.lgd(contract_type))
    return expected, realised


def grouped(rows: Iterable[CaseRow], by: str) -> dict[str, list[CaseRow]]:
    """The rows by product, advisor or the Monday of their week (ISO date), in the order of these names."""
    groups: dict[str, list[CaseRow]] = defaultdict(list)
    for row in rows:
        groups[_KEYS[by](row)].append(row)
    return dict(sorted(groups.items()))


def _share(count: int, of: int) -> float | None:
    return count / of if of else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


_KEYS: Final[Mapping[str, Callable[[CaseRow], str]]] = {
    "product": lambda row: row.contract_type,
    "advisor": lambda row: row.advisor,
    "week": lambda row: _monday(timezone.localdate(row.submitted_at)).isoformat(),
}
