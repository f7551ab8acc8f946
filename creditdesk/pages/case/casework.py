"""Who works on a case, what was passed on, what the client contests, and the letters written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.forms.casework import AnswerForm, ContestForm, EscalationForm, ExaminationForm
from creditdesk.models import Case, Claim, Contest, Decision, Escalation, Letter
from creditdesk.pages.case.timeline import Event

Row = TypeVar("Row", Claim, Contest, Escalation, Letter)


@dataclass(eq=False)
class Work:
    """`events` are the case's timeline, newest first; `forms` those that were posted and not accepted."""

    case: Case
    reader: User
    standing: Decision | None
    events: Sequence[Event]
    forms: Mapping[str, Any] = field(default_factory=dict)

    # ---- who works on it

    @cached_property
    def claim(self) -> Claim | None:
        return next((row for row in self._rows("claim", Claim) if row.released_at is None), None)

    @property
    def is_own_claim(self) -> bool:
        return self.claim is not None and self.claim.held_by_id == self.reader.pk

    @property
    def is_anothers_claim(self) -> bool:
        return self.claim is not None and not self.is_own_claim

    @property
    def may_claim(self) -> bool:
        return self.is_open and self.claim is None and self.reader.has_perm("creditdesk.claim_case")

    @property
    def may_release(self) -> bool:
        return self.claim is not None and (
            self.is_own_claim or self.reader.has_perm("creditdesk.release_claim")
        )

    @property
    def may_share(self) -> bool:
        shared = self.case.shared_at is not None
        return self.is_open and not shared and self.reader.has_perm("creditdesk.claim_case")

    @property
    def is_open(self) -> bool:
        return self.standing is None

    @property
    def is_late(self) -> bool:
        return self.is_open and self.case.due_on < timezone.localdate()

    # ---- passed on to a manager

    @cached_property
    def escalation(self) -> Escalation | None:
        """Waiting for an answer, as long as the case is not decided."""
        rows = self._rows("escalation", Escalation) if self.is_open else []
        return next((row for row in rows if row.answered_at is None), None)

    @cached_property
    def escalation_form(self) -> EscalationForm | None:
        if not self.is_open or self.escalation or not self.reader.has_perm("creditdesk.escalate_case"):
            return None
        if self.is_anothers_claim:
            return None
        return self.forms.get("escalation") or EscalationForm(auto_id="id_escalate_%s")

    @cached_property
    def answer_form(self) -> AnswerForm | None:
        one = self.escalation
        if one is None or not self.reader.has_perm("creditdesk.answer_escalation"):
            return None
        if one.escalated_by_id == self.reader.pk:
            return None
        return self.forms.get("answer") or AnswerForm(initial={"escalation": one.pk})

    # ---- contested by the client

    @cached_property
    def contests(self) -> list[Contest]:
        """The open one first."""
        return sorted(self._rows("contest", Contest), key=lambda row: row.closed_at is not None)

    @cached_property
    def contest(self) -> Contest | None:
        return next((row for row in self.contests if row.closed_at is None), None)

    @cached_property
    def contest_form(self) -> ContestForm | None:
        if not self.is_final or self.contest or not self.reader.has_perm("creditdesk.contest_decision"):
            return None
        return self.forms.get("contest") or ContestForm(decision=self.standing)

    @cached_property
    def examination_form(self) -> ExaminationForm | None:
        if self.contest is None or not services.may_examine(self.contest, self.reader):
            return None
        return self.forms.get("examination") or ExaminationForm(initial={"contest": self.contest.pk})

    @property
    def days_to_answer(self) -> int:
        return int(settings.CONTEST_DAYS)

    @property
    def is_nearly_due(self) -> bool:
        one = self.contest
        return one is not None and one.due_on - timezone.localdate() <= timedelta(days=7)

    # ---- letters

    @property
    def is_final(self) -> bool:
        return self.standing is not None and self.standing.status == Decision.Status.FINAL

    @property
    def may_write(self) -> bool:
        return self.is_final and self.reader.has_perm("creditdesk.write_letter")

    @cached_property
    def letters(self) -> list[Letter]:
        return self._rows("letter", Letter)

    def _rows(self, kind: str, of: type[Row]) -> list[Row]:
        rows = (e.what for e in self.events if e.kind == kind and e.reference == self.case.reference)
        return [row for row in rows if isinstance(row, of)]
