"""Casework around a decision: what the reader may do with a case, and the forms for it."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.forms.assignment import AssignmentForm, SnoozeForm
from creditdesk.forms.casework import AnswerForm, ContestForm, ContestReviewForm, EscalationForm
from creditdesk.forms.withdrawal import ReopeningForm, WithdrawalForm
from creditdesk.pages.case.acts_in_force import ActsInForce
from creditdesk.pages.case.contest_evidence import ContestEvidence
from creditdesk.pages.case.posted_forms import PostedForms


@dataclass(eq=False)
class Casework(ActsInForce):
    """The acts in force, as this reader sees them, and those that they may add."""

    forms: PostedForms = field(default_factory=PostedForms)

    @property
    def has_anything(self) -> bool:
        """Whether there is something to see or to do around the decision."""
        return self.is_open or self.may_withdraw or bool(self.closing or self.contests)

    # ---- claim

    @property
    def may_claim(self) -> bool:
        if not self.is_open or self.claim is not None or self.is_passed_on:
            return False
        return self.reader.has_perm("creditdesk.claim_case")

    @property
    def may_release(self) -> bool:
        return self.claim is not None and (
            self.is_own_claim or self.reader.has_perm("creditdesk.release_claim")
        )

    @property
    def may_share(self) -> bool:
        if not self.is_open or self.case.shared_at is not None or self.is_passed_on:
            return False
        return self.reader.has_perm("creditdesk.claim_case")

    @cached_property
    def may_correct(self) -> bool:
        """Whether they may correct what the case is decided by: not once they have passed it on."""
        if not self.is_open or self.is_claimed_by_colleague or self.is_passed_on or self.is_with_manager:
            return False
        return self.reader.has_perm("creditdesk.correct_case")

    # ---- snooze, assignment

    @property
    def may_wake(self) -> bool:
        return self.snooze is not None and self.reader.has_perm("creditdesk.snooze_case")

    @cached_property
    def may_snooze(self) -> bool:
        if not self.is_open or self.snooze or self.escalation or self.is_claimed_by_colleague:
            return False
        return not self.is_passed_on and self.reader.has_perm("creditdesk.snooze_case")

    @cached_property
    def snooze_form(self) -> SnoozeForm | None:
        return (self.forms.snooze or SnoozeForm()) if self.may_snooze else None

    @cached_property
    def may_assign(self) -> bool:
        """Not while an escalation waits: its answer comes first, and the list assigns all the same."""
        return self.is_open and not self.escalation and self.reader.has_perm("creditdesk.assign_case")

    @property
    def sole_advisor(self) -> User | None:
        """The advisor who has the case alone, and is not given it once more; None while a team has it."""
        return None if self.team_referral else self.case.advisor

    @cached_property
    def assignment_form(self) -> AssignmentForm | None:
        if not self.may_assign:
            return None
        return self.forms.assignment or AssignmentForm(advisor=self.sole_advisor)

    @property
    def may_pass_on(self) -> bool:
        """Whether there is a form to give the case to somebody else or to another day."""
        return self.may_escalate or self.may_assign or self.may_snooze

    @property
    def has_refused_form(self) -> bool:
        """Whether one of the folded forms came back with an error."""
        forms = (
            self.may_escalate and self.forms.escalation,
            self.may_assign and self.forms.assignment,
            self.may_snooze and self.forms.snooze,
            self.may_withdraw and self.forms.withdrawal,
        )
        return any(form.errors for form in forms if form)

    # ---- what the panel of an open case depends on

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has claimed, snoozed or escalated it, no team has it, and all forms are empty."""
        acts = (self.claim, self.snooze, self.escalation, self.team_referral)
        forms = (self.forms.escalation, self.forms.assignment, self.forms.snooze, self.forms.withdrawal)
        return not any(acts) and not any(form is not None for form in forms)

    @property
    def open_state(self) -> tuple[bool, ...]:
        """What its text depends on while nobody has touched it: what is allowed, and whether it is shared."""
        return (
            self.case.shared_at is not None,
            self.may_claim,
            self.may_share,
            self.may_escalate,
            self.may_assign,
            self.may_snooze,
            self.may_withdraw,
        )

    @property
    def days(self) -> tuple[date, date]:
        """The days that bound what the forms take: of the application, and today."""
        return timezone.localtime(self.case.submitted_at).date(), timezone.localdate()

    # ---- withdrawal by the client, reopening

    @cached_property
    def may_withdraw(self) -> bool:
        """Whoever works on the case: what the client did is a fact."""
        return (self.is_open or self.is_proposed) and self.reader.has_perm("creditdesk.withdraw_case")

    @cached_property
    def withdrawal_form(self) -> WithdrawalForm | None:
        return (self.forms.withdrawal or WithdrawalForm(case=self.case)) if self.may_withdraw else None

    @cached_property
    def reopening_form(self) -> ReopeningForm | None:
        """None while a contest waits: its examination may open the case again."""
        if self.closing is None or self.open_contest or not services.may_reopen(self.closing, self.reader):
            return None
        return self.forms.reopening or ReopeningForm(auto_id="id_reopen_%s", label_suffix="")

    # ---- escalation to a manager

    @cached_property
    def may_escalate(self) -> bool:
        if not self.is_open or self.escalation or self.is_claimed_by_colleague:
            return False
        return self.reader.has_perm("creditdesk.escalate_case")

    @cached_property
    def escalation_form(self) -> EscalationForm | None:
        if not self.may_escalate:
            return None
        return self.forms.escalation or EscalationForm(auto_id="id_escalate_%s")

    @cached_property
    def answer_form(self) -> AnswerForm | None:
        escalation = self.escalation
        if escalation is None or not self.reader.has_perm("creditdesk.answer_escalation"):
            return None
        if self.waits_for_answer:
            return None
        return self.forms.answer or AnswerForm(initial={"escalation": escalation.pk})

    # ---- contest by the client

    @cached_property
    def contest_form(self) -> ContestForm | None:
        if not self.is_final or self.open_contest or not self.reader.has_perm("creditdesk.contest_decision"):
            return None
        return self.forms.contest or ContestForm(decision=self.standing_decision)

    @cached_property
    def review_form(self) -> ContestReviewForm | None:
        contest = self.open_contest
        if contest is None or not services.may_review(contest, self.reader):
            return None
        return self.forms.review or ContestReviewForm(initial={"contest": contest.pk})

    @cached_property
    def evidence(self) -> ContestEvidence | None:
        """What the reviewer of a contest weighs; of a case opened again, of the contest that led there."""
        reopened = next((contest for contest in self.contests if contest.outcome == "reopen"), None)
        contest = self.open_contest if self.review_form else reopened if self.is_open else None
        return ContestEvidence(contest, self.case) if contest else None

    # ---- letters

    @property
    def may_write_letters(self) -> bool:
        return self.is_final and self.reader.has_perm("creditdesk.write_letter")
