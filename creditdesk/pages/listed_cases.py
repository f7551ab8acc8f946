"""Rows of the case list: the columns that it shows of each case, with what the marks of a case need.

As rows, not as objects of Django's: to make a hundred of these took a quarter of the list's time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from accounts.prepared_queries import ANYBODY, PreparedRows
from creditdesk.models import Case, Claim, Contest, Decision, Escalation, Withdrawal
from creditdesk.models.case import due_day
from creditdesk.models.decision import ENDED
from creditdesk.models.queue_conditions import claims_hold
from creditdesk.services.refusal import written_name

T = TypeVar("T")
PAGE_SIZE: Final = 20


class ListedVerdict(NamedTuple):
    """The newest assessment, as far as the reader sees it; without a model it has a verdict alone."""

    verdict: str
    probability: float | None
    threshold: float | None


class ListedDecision(NamedTuple):
    outcome: str
    status: str


class ListedContest(NamedTuple):
    """A contest that nobody has answered yet."""

    due_on: date

    @property
    def is_late(self) -> bool:
        return self.due_on < timezone.localdate()


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case of the list; `claimed_by` are the names of who works on it, decisions stand newest first."""

    pk: int
    reference: str
    client_name: str
    advisor_id: int
    advisor_name: str
    contract_type: str
    amount_credit: Decimal
    submitted_at: datetime
    is_shared: bool
    is_withdrawn: bool
    # Whether the verdict is kept from the reader: it is None then, as it is of a case never assessed.
    is_blind: bool
    verdict: ListedVerdict | None
    decisions: tuple[ListedDecision, ...]
    claimed_by: tuple[str, ...]
    is_escalated: bool
    contests: tuple[ListedContest, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        decided = any(decision.outcome != Decision.Outcome.REFER for decision in self.decisions)
        return not decided and not self.is_withdrawn

    @property
    def is_closed(self) -> bool:
        """Whether nothing about it waits: a proposed decision does, and so does a contest."""
        final = [item.outcome for item in self.decisions if item.status == Decision.Status.FINAL]
        decided = any(outcome != Decision.Outcome.REFER for outcome in final)
        return (self.is_withdrawn or decided) and not self.contests

    @property
    def submitted_on(self) -> date:
        return timezone.localtime(self.submitted_at).date()

    @property
    def due_on(self) -> date:
        """The day by which the case should be decided."""
        return due_day(self.submitted_at)

    @property
    def waiting_days(self) -> int:
        """Whole days since the case was submitted."""
        return max((timezone.localdate() - self.submitted_on).days, 0)


def listed_cases(keys: Sequence[int], reader: User) -> list[ListedCase]:
    """Read the columns that the table shows and no more: an assessment carries its whole input."""
    if not keys:
        return []
    padded = [*keys, *_MARKERS[len(keys) :]]
    decisions = _by_case(_DECISIONS.all(*padded), ListedDecision)
    claims = _by_case(_in_force(_CLAIMS.all(*padded)), written_name)
    contests = _by_case(_CONTESTS.all(*padded), ListedContest)
    escalated = {key for (key,) in _ESCALATIONS.all(*padded)}
    blind = _blind(reader, padded)
    cases: dict[int, ListedCase] = {}
    for row in _CASES.all(*padded):
        key, reference, client, advisor_id, *columns = row
        username, first_name, last_name, contract_type, credit, submitted_at, shared_at, *rest = columns
        is_withdrawn, assessment, verdict, probability, threshold = rest
        is_known = assessment is not None and key not in blind
        cases[key] = ListedCase(
            pk=key,
            reference=reference,
            client_name=client,
            advisor_id=advisor_id,
            advisor_name=written_name(username, first_name, last_name),
            contract_type=contract_type,
            amount_credit=credit,
            submitted_at=submitted_at,
            is_shared=shared_at is not None,
            is_withdrawn=is_withdrawn,
            is_blind=key in blind,
            verdict=ListedVerdict(verdict, probability, threshold) if is_known else None,
            decisions=decisions[key],
            claimed_by=claims[key],
            is_escalated=key in escalated,
            contests=contests[key],
        )
    return [cases[key] for key in keys if key in cases]


def _blind(reader: User, keys: Sequence[int]) -> set[int]:
    """Those of the cases whose verdict is kept from the reader."""
    if reader.has_perm("creditdesk.view_blind_verdict"):
        return set()
    return {key for (key,) in _blind_query(reader.role).all(reader.pk, *keys)}


@cache
def _blind_query(role: str) -> PreparedRows:
    def rows(pk: int, *keys: int):  # type: ignore[no-untyped-def]
        return Case.objects.blind_for(User(pk=pk, role=role)).filter(pk__in=keys).values_list("pk")

    return PreparedRows(rows, ANYBODY - PAGE_SIZE, *_MARKERS)


def _by_case(rows: Iterable[tuple[Any, ...]], make: Callable[..., T]) -> Mapping[int, tuple[T, ...]]:
    """What is made of the rows of each case, whose key comes first in them."""
    groups: dict[int, tuple[T, ...]] = defaultdict(tuple)
    for key, *columns in rows:
        groups[key] = (*groups[key], make(*columns))
    return groups


def _in_force(claims: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The claims that hold, without their moment: one expires without being released."""
    after, before = claims_hold()
    return [(key, *names) for key, claimed_at, *names in claims if after < claimed_at < before]


# A page of fewer cases is filled up with keys that no case has.
_MARKERS: Final = tuple(ANYBODY - at for at in range(PAGE_SIZE))
_CASES: Final = PreparedRows(
    lambda *keys: (
        Case.objects.annotate(is_withdrawn=Exists(Withdrawal.objects.in_force().filter(case=OuterRef("pk"))))
        .filter(pk__in=keys)
        .values_list(
            "pk",
            "reference",
            "client__name",
            "advisor",
            "advisor__username",
            "advisor__first_name",
            "advisor__last_name",
            "contract_type",
            "amount_credit",
            "submitted_at",
            "shared_at",
            "is_withdrawn",
            "latest_assessment",
            "latest_assessment__verdict",
            "latest_assessment__probability",
            "latest_assessment__threshold",
        )
    ),
    *_MARKERS,
)
_DECISIONS: Final = PreparedRows(
    lambda *keys: (
        Decision.objects.exclude(status__in=ENDED)
        .filter(case__in=keys)
        .order_by("-pk")
        .values_list("case", "outcome", "status")
    ),
    *_MARKERS,
)
_CLAIMS: Final = PreparedRows(
    lambda *keys: Claim.objects.filter(released_at__isnull=True, case__in=keys).values_list(
        "case", "claimed_at", "held_by__username", "held_by__first_name", "held_by__last_name"
    ),
    *_MARKERS,
)
_ESCALATIONS: Final = PreparedRows(
    lambda *keys: Escalation.objects.unanswered().filter(case__in=keys).values_list("case"), *_MARKERS
)
_CONTESTS: Final = PreparedRows(
    lambda *keys: Contest.objects.unanswered().filter(case__in=keys).values_list("case", "due_on"),
    *_MARKERS,
)
