"""Rows of the case list: the columns that it shows of each case, with what the marks of a case need."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Protocol, cast

from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.prepared_queries import ANYBODY, PreparedObjects, PreparedRows
from creditdesk.models import Case, Claim, Contest, Decision, Escalation, Withdrawal
from creditdesk.models.decision import ENDED

PAGE_SIZE: Final = 20
FIELDS_READ: Final = (
    "reference",
    "shared_at",
    "submitted_at",
    "contract_type",
    "amount_credit",
    "client__name",
    "advisor__username",
    "advisor__first_name",
    "advisor__last_name",
    "latest_assessment__verdict",
    "latest_assessment__probability",
    "latest_assessment__threshold",
)


class ListedCase(Protocol):
    """A case of the list with its prefetched decisions, claims, escalations and contests."""

    due_on: date
    submitted_at: datetime
    waiting_days: int
    shared_at: datetime | None
    is_withdrawn: bool
    is_blind: bool
    latest_assessment: object
    standing_decisions: Sequence[Decision]
    active_claims: Sequence[Claim]
    open_escalations: Sequence[Escalation]
    open_contests: Sequence[Contest]


def listed_cases(keys: Sequence[int], reader: User) -> list[Case]:
    """Read the columns that the table shows and no more: an assessment carries its whole input."""
    padded = [*keys, *_MARKERS[len(keys) :]]
    cases = {case.pk: case for case in _CASES.all(*padded)}
    decisions, claims, escalations, contests = (
        _by_case(query.all(*padded)) for query in (_DECISIONS, _CLAIMS, _ESCALATIONS, _CONTESTS)
    )
    blind = _blind(reader, padded)
    for key, case in cases.items():
        listed = cast(ListedCase, case)
        if key in blind:
            listed.latest_assessment, listed.is_blind = None, True
        # A claim expires without being released.
        active = [claim for claim in claims[key] if claim.is_active]
        listed.standing_decisions, listed.active_claims = decisions[key], active
        listed.open_escalations, listed.open_contests = escalations[key], contests[key]
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


def _by_case(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.case_id].append(row)
    return groups


# A page of fewer cases is filled up with keys that no case has.
_MARKERS: Final = tuple(ANYBODY - at for at in range(PAGE_SIZE))
_CASES: Final = PreparedObjects[Case](
    lambda *keys: (
        Case.objects.select_related("client", "advisor", "latest_assessment")
        .only(*FIELDS_READ)
        .annotate(is_withdrawn=Exists(Withdrawal.objects.in_force().filter(case=OuterRef("pk"))))
        .filter(pk__in=keys)
    ),
    *_MARKERS,
)
_DECISIONS: Final = PreparedObjects[Decision](
    lambda *keys: (
        Decision.objects.exclude(status__in=ENDED)
        .only("case_id", "outcome", "status")
        .filter(case__in=keys)
        .order_by("-pk")
    ),
    *_MARKERS,
)
_CLAIMS: Final = PreparedObjects[Claim](
    lambda *keys: Claim.objects.filter(released_at__isnull=True, case__in=keys).select_related("held_by"),
    *_MARKERS,
)
_ESCALATIONS: Final = PreparedObjects[Escalation](
    lambda *keys: Escalation.objects.unanswered().only("case_id").filter(case__in=keys), *_MARKERS
)
_CONTESTS: Final = PreparedObjects[Contest](
    lambda *keys: Contest.objects.unanswered().defer("client_statement").filter(case__in=keys), *_MARKERS
)
