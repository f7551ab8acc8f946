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
    reference: str
    what: Assessment | Decision | Note


_NAMES = tuple(f"assessed_by__{part}" for part in ("username", "first_name", "last_name"))


def timeline(case: Case, user: "User") -> list[Event]:
    """Of this case and of the same client's other cases, as far as the reader may see them."""
    references = dict(
        Case.objects.visible_to(user).filter(client_id=case.client_id).values_list("pk", "reference")
    )
    events = [*_assessments(references), *_decisions(references), *_notes(references)]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _assessments(references: dict[int, str]) -> Iterable[Event]:
    rows = Assessment.objects.filter(case__in=references).select_related("assessed_by")
    for row in rows.only("case_id", "verdict", "probability", "model_version", "assessed_at", *_NAMES):
        yield Event("assessment", row.assessed_at, row.assessed_by, references[row.case_id], row)


def _decisions(references: dict[int, str]) -> Iterable[Event]:
    for row in Decision.objects.filter(case__in=references).select_related("decided_by", "checked_by"):
        yield Event("decision", row.decided_at, row.decided_by, references[row.case_id], row)
        if row.checked_at:
            yield Event("check", row.checked_at, row.checked_by, references[row.case_id], row)


def _notes(references: dict[int, str]) -> Iterable[Event]:
    for row in Note.objects.filter(case__in=references).select_related("author"):
        yield Event("note", row.created_at, row.author, references[row.case_id], row)
