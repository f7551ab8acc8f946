"""Events of a case: one for each act that a record stands for, read from the record's table."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from django.db.models import Exists, Model, OuterRef

from accounts.audit import Action
from accounts.models import AuditEvent, User
from creditdesk.models import (
    Assessment,
    Assignment,
    BlindOpinion,
    Case,
    Claim,
    ClientMerge,
    Contest,
    Correction,
    Decision,
    DeclaredCharges,
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


@dataclass(frozen=True, slots=True)
class Event:
    """One act on a case; `kind` names its record, or the act where a record has several.

    `previous` is the assessment, or the charges, that the record took the place of, or the proposed decision
    that it ended.
    """

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
        | DeclaredCharges
        | AuditEvent
        | ClientMerge
    )
    previous: Assessment | DeclaredCharges | Decision | None = None

    def reveals_verdict_of(self, references: set[str]) -> bool:
        """Whether it would give away the verdict of one of these cases, or what a colleague thinks."""
        return self.reference in references and self.kind in _VERDICT_EVENTS


# A referral names the verdict that it differs from.
_VERDICT_EVENTS: Final = frozenset({"assessment", "opinion", "decision"})

Source = Callable[[dict[int, str]], Iterable[Event]]
_NAMES = tuple(f"assessed_by__{part}" for part in ("username", "first_name", "last_name"))


def assessments(references: dict[int, str]) -> Iterable[Event]:
    rows = Assessment.objects.filter(case__in=references).select_related("assessed_by")
    rows = rows.only("case_id", "verdict", "probability", "model_version", "assessed_at", *_NAMES)
    newest: dict[int, Assessment] = {}
    for row in rows.order_by("assessed_at", "pk"):
        of_case = cast(int, row.case_id)  # Only applications that came without a case have none.
        previous = newest.get(of_case)
        yield Event("assessment", row.assessed_at, row.assessed_by, references[of_case], row, previous)
        newest[of_case] = row


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
    rows = Escalation.objects.filter(case__in=references)
    for row in rows.select_related("escalated_by", "answered_by", "decision"):
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


def _charges(references: dict[int, str]) -> Iterable[Event]:
    rows = DeclaredCharges.objects.filter(case__in=references).select_related("declared_by")
    newest: dict[int, DeclaredCharges] = {}
    for row in rows.order_by("pk"):
        previous = newest.get(row.case_id)
        yield Event("charges", row.declared_at, row.declared_by, references[row.case_id], row, previous)
        newest[row.case_id] = row


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
    lapsed = Decision.objects.filter(case__in=references, status=Decision.Status.LAPSED)
    proposals: dict[int, list[Decision]] = defaultdict(list)
    for proposal in lapsed.only("case_id", "decided_at").order_by("decided_at", "pk"):
        proposals[proposal.case_id].append(proposal)
    rows = Withdrawal.objects.filter(case__in=references).select_related("recorded_by")
    for row in rows.order_by("recorded_at", "pk"):
        waiting = proposals[row.case_id]
        # Nothing but a withdrawal makes a proposal lapse: of each, the first one after it.
        ended = waiting.pop(0) if waiting and waiting[0].decided_at <= row.recorded_at else None
        yield Event("withdrawal", row.recorded_at, row.recorded_by, references[row.case_id], row, ended)


def _reopenings(references: dict[int, str]) -> Iterable[Event]:
    rows = Reopening.objects.filter(case__in=references).select_related("reopened_by", "decision")
    for row in rows:
        yield Event("reopening", row.reopened_at, row.reopened_by, references[row.case_id], row)


def _team_referrals(references: dict[int, str]) -> Iterable[Event]:
    rows = TeamReferral.objects.filter(case__in=references).select_related("referred_by", "team")
    for row in rows:
        yield Event("team_referral", row.referred_at, row.referred_by, references[row.case_id], row)


def shared(references: dict[int, str]) -> Iterable[Event]:
    """From the audit log, which lasts: an assignment takes the mark from the case."""
    rows = AuditEvent.objects.filter(action=Action.SHARE, target__in=references.values())
    people = User.objects.in_bulk({row.actor for row in rows}, field_name="username")
    for row in rows:
        yield Event("share", row.at, people.get(row.actor), row.target, row)


def merges(clients: set[int], reference: str, user: User) -> Iterable[Event]:
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
    DeclaredCharges: _charges,
    Document: _documents,
    DocumentRequest: _document_requests,
    TeamReferral: _team_referrals,
    Withdrawal: _withdrawals,
    Reopening: _reopenings,
}
