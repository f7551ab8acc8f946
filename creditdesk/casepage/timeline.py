"""What happened to a client's cases: assessments, decisions and notes, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from creditdesk.models import Assessment, Case, Decision, Note

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is assessment, decision, check or note; `what` the row itself."""

    kind: str
    at: datetime
    by: "User | None"
    case: Case
    what: Assessment | Decision | Note


def timeline(case: Case, user: "User") -> list[Event]:
    """Of this case and of the same client's other cases, as far as the reader may see them."""
    cases = {one.pk: one for one in Case.objects.visible_to(user).filter(client_id=case.client_id)}
    events = [*_assessments(cases), *_decisions(cases), *_notes(cases)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _assessments(cases: dict[int, Case]) -> Iterable[Event]:
    rows = Assessment.objects.filter(case__in=cases).select_related("assessed_by")
    for row in rows.defer("inputs", "features", "contributions", "reasons"):
        yield Event("assessment", row.assessed_at, row.assessed_by, cases[row.case_id], row)


def _decisions(cases: dict[int, Case]) -> Iterable[Event]:
    for row in Decision.objects.filter(case__in=cases).select_related("decided_by", "checked_by"):
        yield Event("decision", row.decided_at, row.decided_by, cases[row.case_id], row)
        if row.checked_at:
            yield Event("check", row.checked_at, row.checked_by, cases[row.case_id], row)


def _notes(cases: dict[int, Case]) -> Iterable[Event]:
    for row in Note.objects.filter(case__in=cases).select_related("author"):
        yield Event("note", row.created_at, row.author, cases[row.case_id], row)
