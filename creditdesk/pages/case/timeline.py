"""Timeline of a client's cases, newest first: assessments, decisions, notes and casework."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, cast

from django.db import connection
from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts.models import User
from accounts.prepared_queries import ANYBODY, ANYTHING, PreparedRows
from creditdesk.models import (
    Assessment,
    Assignment,
    BlindDraw,
    BlindOpinion,
    Case,
    Claim,
    Client,
    ClientMerge,
    Contest,
    Correction,
    Decision,
    Document,
    DocumentRequest,
    Escalation,
    Letter,
    Note,
    Reopening,
    Snooze,
    TeamReferral,
    Withdrawal,
)
from creditdesk.models.case import CaseQuerySet

# What a case page shows at first: with a long history it would be taller than a person scrolls.
NEWEST_EVENTS: Final = 5


@dataclass(frozen=True, slots=True)
class Event:
    """One act on a case; `kind` names its record, or the act where a record has several."""

    kind: str
    at: datetime
    actor: "User | None"
    reference: str
    record: (
        Assessment
        | Assignment
        | BlindOpinion
        | Decision
        | Note
        | Claim
        | Escalation
        | Contest
        | Letter
        | Snooze
        | Correction
        | Document
        | DocumentRequest
        | Withdrawal
        | Reopening
        | TeamReferral
        | Case
        | ClientMerge
    )

    def is_kept(self, references: set[str]) -> bool:
        """Whether it would give away the verdict of one of these cases, or what a colleague thinks."""
        return self.reference in references and self.kind in _OF_THE_VERDICT


# A referral names the verdict that it differs from.
_OF_THE_VERDICT: Final = frozenset({"assessment", "opinion", "decision"})

Source = Callable[[dict[int, str]], Iterable[Event]]
_NAMES = tuple(f"assessed_by__{part}" for part in ("username", "first_name", "last_name"))


class PersonCase(NamedTuple):
    """A case of the person that the reader may see."""

    pk: int
    reference: str
    shared_at: datetime | None
    client_id: int


def cases_of_client(case: Case, user: User) -> CaseQuerySet:
    """This case and the person's other cases, as far as the reader may see them."""
    return Case.objects.visible_to(user).of_person(case.client)


def person_cases(case: Case, user: User) -> list[PersonCase]:
    """The keys and references of `cases_of_client`."""
    return [PersonCase(*row) for row in _person_cases(user.role).all(user.pk, case.client.person_id)]


@cache
def _person_cases(role: str) -> PreparedRows:
    # The row scope depends on the role and the person; both persons are parameters.
    def rows(reader: int, person: int) -> QuerySet[Case, tuple[Any, ...]]:
        visible = Case.objects.visible_to(User(pk=reader, role=role)).of_person(Client(pk=person))
        return visible.values_list("pk", "reference", "shared_at", "client_id")

    return PreparedRows(rows, ANYBODY, ANYTHING)


def timeline(case: Case, user: User, cases: Sequence[PersonCase] | None = None) -> list[Event]:
    """Return the events of these cases of the person; unless given, of all that the reader may see."""
    cases = person_cases(case, user) if cases is None else cases
    clients = {item.client_id for item in cases}
    references, acts, marks = _acts(cases, clients)
    merges = _merges(clients, case.reference, user) if marks.has_merges else ()
    events = [*_assessments(references), *acts, *merges]
    blind = _blind_references(references, user) if marks.has_draws else set()
    return _newest_first([event for event in events if not event.is_kept(blind)])


def acts_on(case: Case) -> list[Event]:
    """Return the events of this case alone, without its assessments."""
    own = PersonCase(case.pk, case.reference, case.shared_at, case.client_id)
    return _newest_first(_acts([own], {case.client_id})[1])


def _acts(cases: Sequence[PersonCase], clients: set[int]) -> tuple[dict[int, str], list[Event], "_Marks"]:
    references = {item.pk: item.reference for item in cases}
    sources, marks = _sources_with_rows(list(references), list(clients))
    if any(item.shared_at for item in cases):
        sources.append(_shared)
    return references, [event for source in sources for event in source(references)], marks


def _blind_references(references: dict[int, str], user: User) -> set[str]:
    """References of the cases whose verdict this reader does not see yet."""
    cases = Case.objects.blind_for(user).filter(pk__in=references)
    return set(cases.values_list("reference", flat=True))


def _newest_first(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at, reverse=True)


class _Marks(NamedTuple):
    """Whether a record of the client was ever merged, and a case drawn for a blind opinion."""

    has_merges: bool = False
    has_draws: bool = False


def _sources_with_rows(cases: list[int], clients: list[int]) -> tuple[list[Source], _Marks]:
    """Return the sources that hold rows of these cases, and what else there is of them.

    Most cases have few events; one plain statement takes a tenth of the time of one query per table.
    """
    if not cases:
        return [], _Marks()
    condition = f"case_id IN ({', '.join(['%s'] * len(cases))})"
    tables: list[type[Model]] = [*SOURCES, BlindDraw]
    parts = [f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {condition})" for model in tables]  # noqa: S608
    marks, table = ", ".join(["%s"] * len(clients)), ClientMerge._meta.db_table
    parts += [
        f"EXISTS (SELECT 1 FROM {table} WHERE {column} IN ({marks}))"  # noqa: S608
        for column in ("primary_id", "duplicate_id")
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", [*cases * len(tables), *clients, *clients])
        *has_rows, has_draws, was_primary, was_duplicate = cursor.fetchone()
    sources = [source for source, present in zip(SOURCES.values(), has_rows, strict=True) if present]
    return sources, _Marks(bool(was_primary or was_duplicate), bool(has_draws))


def _assessments(references: dict[int, str]) -> Iterable[Event]:
    rows = Assessment.objects.filter(case__in=references).select_related("assessed_by")
    for row in rows.only("case_id", "verdict", "probability", "model_version", "assessed_at", *_NAMES):
        of_case = cast(int, row.case_id)  # Only applications that came without a case have none.
        yield Event("assessment", row.assessed_at, row.assessed_by, references[of_case], row)


def _decisions(references: dict[int, str]) -> Iterable[Event]:
    rows = Decision.objects.filter(case__in=references)
    for row in rows.select_related("decided_by", "checked_by", "replaces"):
        yield Event("decision", row.decided_at, row.decided_by, references[row.case_id], row)
        if row.checked_at:
            yield Event("check", row.checked_at, row.checked_by, references[row.case_id], row)


def _opinions(references: dict[int, str]) -> Iterable[Event]:
    for row in BlindOpinion.objects.filter(case__in=references).select_related("given_by"):
        yield Event("opinion", row.given_at, row.given_by, references[row.case_id], row)


def _notes(references: dict[int, str]) -> Iterable[Event]:
    for row in Note.objects.filter(case__in=references).with_reading().select_related("author"):
        kind = "note_removed" if row.removed_at else "note"
        yield Event(kind, row.removed_at or row.created_at, row.author, references[row.case_id], row)


def _claims(references: dict[int, str]) -> Iterable[Event]:
    for row in Claim.objects.filter(case__in=references).select_related("held_by", "released_by"):
        yield Event("claim", row.claimed_at, row.held_by, references[row.case_id], row)
        if row.released_at:
            yield Event("release", row.released_at, row.released_by, references[row.case_id], row)


def _escalations(references: dict[int, str]) -> Iterable[Event]:
    for row in Escalation.objects.filter(case__in=references).select_related("escalated_by", "answered_by"):
        yield Event("escalation", row.escalated_at, row.escalated_by, references[row.case_id], row)
        if row.answered_at:
            yield Event("answer", row.answered_at, row.answered_by, references[row.case_id], row)


def _contests(references: dict[int, str]) -> Iterable[Event]:
    rows = Contest.objects.filter(case__in=references)
    for row in rows.select_related("opened_by", "reviewer", "decision", "decided_by", "new_decision"):
        yield Event("contest", row.opened_at, row.opened_by, references[row.case_id], row)
        if row.closed_at:
            yield Event("review", row.closed_at, row.reviewer, references[row.case_id], row)


def _letters(references: dict[int, str]) -> Iterable[Event]:
    for row in Letter.objects.filter(case__in=references).select_related("written_by").defer("text"):
        yield Event("letter", row.written_at, row.written_by, references[row.case_id], row)


def _assignments(references: dict[int, str]) -> Iterable[Event]:
    rows = Assignment.objects.of_cases(references).select_related("previous", "advisor", "assigned_by")
    for row in rows:
        yield Event("assignment", row.assigned_at, row.assigned_by, references[row.case_id], row)


def _snoozes(references: dict[int, str]) -> Iterable[Event]:
    for row in Snooze.objects.filter(case__in=references).select_related("snoozed_by", "ended_by"):
        yield Event("snooze", row.snoozed_at, row.snoozed_by, references[row.case_id], row)
        if row.ended_at:
            yield Event("wake", row.ended_at, row.ended_by, references[row.case_id], row)


def _corrections(references: dict[int, str]) -> Iterable[Event]:
    rows = Correction.objects.filter(case__in=references).defer("packed_inputs")
    for row in rows.select_related("corrected_by"):
        yield Event("correction", row.corrected_at, row.corrected_by, references[row.case_id], row)


def _documents(references: dict[int, str]) -> Iterable[Event]:
    rows = Document.objects.filter(case__in=references).defer("content")
    for row in rows.select_related("added_by", "removed_by"):
        yield Event("document", row.added_at, row.added_by, references[row.case_id], row)
        if row.removed_at:
            yield Event("removal", row.removed_at, row.removed_by, references[row.case_id], row)


def _document_requests(references: dict[int, str]) -> Iterable[Event]:
    rows = DocumentRequest.objects.filter(case__in=references).defer("text").select_related("written_by")
    for row in rows:
        yield Event("request", row.written_at, row.written_by, references[row.case_id], row)


def _withdrawals(references: dict[int, str]) -> Iterable[Event]:
    for row in Withdrawal.objects.filter(case__in=references).select_related("recorded_by"):
        yield Event("withdrawal", row.recorded_at, row.recorded_by, references[row.case_id], row)


def _reopenings(references: dict[int, str]) -> Iterable[Event]:
    rows = Reopening.objects.filter(case__in=references).select_related("reopened_by", "decision")
    for row in rows:
        yield Event("reopening", row.reopened_at, row.reopened_by, references[row.case_id], row)


def _team_referrals(references: dict[int, str]) -> Iterable[Event]:
    rows = TeamReferral.objects.filter(case__in=references).select_related("referred_by", "team")
    for row in rows:
        yield Event("team_referral", row.referred_at, row.referred_by, references[row.case_id], row)


def _shared(references: dict[int, str]) -> Iterable[Event]:
    shared = Case.objects.filter(pk__in=references, shared_at__isnull=False).select_related("shared_by")
    for row in shared:
        if row.shared_at:
            yield Event("share", row.shared_at, row.shared_by, references[row.pk], row)


def _merges(clients: set[int], reference: str, user: User) -> Iterable[Event]:
    """Merges of the person's records, undone ones too; none that tells of a case beyond the row scope."""
    seen = Case.objects.visible_to(user).order_by()
    rows = ClientMerge.objects.of_clients(clients).filter(
        Exists(seen.filter(client=OuterRef("primary"))), Exists(seen.filter(client=OuterRef("duplicate")))
    )
    for row in rows.select_related("merged_by", "ended_by"):
        yield Event("merge", row.merged_at, row.merged_by, reference, row)
        if row.ended_at:
            yield Event("parting", row.ended_at, row.ended_by, reference, row)


SOURCES: Final[Mapping[type[Model], Source]] = {
    BlindOpinion: _opinions,
    Decision: _decisions,
    Note: _notes,
    Claim: _claims,
    Escalation: _escalations,
    Contest: _contests,
    Letter: _letters,
    Assignment: _assignments,
    Snooze: _snoozes,
    Correction: _corrections,
    Document: _documents,
    DocumentRequest: _document_requests,
    TeamReferral: _team_referrals,
    Withdrawal: _withdrawals,
    Reopening: _reopenings,
}
