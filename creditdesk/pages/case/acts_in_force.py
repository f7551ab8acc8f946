"""Acts in force on a case: who works on it, what waits for an answer, and what closed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final, TypeVar

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from creditdesk.cases.team import colleagues_present
from creditdesk.models import (
    Assignment,
    Case,
    Claim,
    Contest,
    Decision,
    Escalation,
    Letter,
    Reopening,
    Snooze,
    TeamReferral,
    Withdrawal,
)
from creditdesk.pages.case.events import Event

Record = TypeVar("Record", bound=Model)

# A contest is marked as due soon from this long before its day.
DUE_SOON: Final = timedelta(days=7)


@dataclass(eq=False)
class ActsInForce:
    """What the events of a case, newest first, come to."""

    case: Case
    reader: User
    standing_decision: Decision | None
    events: Sequence[Event]

    @cached_property
    def is_open(self) -> bool:
        return self.standing_decision is None and self.withdrawal is None

    @property
    def is_final(self) -> bool:
        standing = self.standing_decision
        return standing is not None and standing.status == Decision.Status.FINAL

    @property
    def is_proposed(self) -> bool:
        """Whether a decision waits for its second person, and no contest led to it."""
        standing = self.standing_decision
        if standing is None or standing.status != Decision.Status.PROPOSED:
            return False
        return all(contest.new_decision_id != standing.pk for contest in self.contests)

    @property
    def is_late(self) -> bool:
        return self.is_open and self.case.due_on < timezone.localdate()

    @property
    def refuses_incomplete(self) -> bool:
        """Whether no letter is offered: the case was refused while inputs were missing."""
        standing = self.standing_decision
        return standing is not None and standing.refuses_incomplete

    # ---- who works on it

    @cached_property
    def claim(self) -> Claim | None:
        return next((claim for claim in self._records("claim", Claim) if claim.is_active), None)

    @property
    def is_own_claim(self) -> bool:
        return self.claim is not None and self.claim.held_by_id == self.reader.pk

    @property
    def is_claimed_by_colleague(self) -> bool:
        return self.claim is not None and not self.is_own_claim

    @cached_property
    def snooze(self) -> Snooze | None:
        """The snooze in force, as long as the case is not decided."""
        snoozes = self._records("snooze", Snooze) if self.is_open else []
        return next((snooze for snooze in snoozes if snooze.is_in_force), None)

    @property
    def referral(self) -> Assignment | None:
        """The reader's own referral of the case to a colleague, while it is the newest assignment and nobody
        else has offered the case to everybody since."""
        newest = next(iter(self._records("assignment", Assignment)), None) if self.is_open else None
        if newest is None or self.case.is_offered_to(self.reader, newest.assigned_at):
            return None
        return newest if newest.is_referral_by(self.reader) else None

    @property
    def team_referral(self) -> TeamReferral | None:
        """The referral in force to a team, as long as the case is not decided."""
        referrals = self._records("team_referral", TeamReferral) if self.is_open else []
        return next((referral for referral in referrals if referral.ended_at is None), None)

    @cached_property
    def is_given_to_team(self) -> bool:
        """Whether the reader referred the case to a team of which somebody else is there today."""
        referral = self.team_referral
        if referral is None or referral.referred_by_id != self.reader.pk:
            return False
        if self.case.is_offered_to(self.reader, referral.referred_at):
            return False
        return colleagues_present(referral.team, self.reader).exists()

    @property
    def is_with_everybody(self) -> bool:
        """Whether the reader referred the case to every advisor, and nobody has taken it up since."""
        newest = next(iter(self._records("decision", Decision)), None)
        if newest is None or not self.is_open or self.case.shared_at is None or self.team_referral:
            return False
        if newest.outcome != Decision.Outcome.REFER or newest.decided_by_id != self.reader.pk:
            return False
        return not any(claim.claimed_at > newest.decided_at for claim in self._records("claim", Claim))

    @property
    def is_passed_on(self) -> bool:
        """Whether the reader passed the case on, and somebody else decides it."""
        return self.waits_for_answer or self.referral is not None or self.is_given_to_team

    # ---- escalation to a manager

    @cached_property
    def escalation(self) -> Escalation | None:
        """The escalation that waits for an answer, as long as the case is not decided."""
        escalations = self._records("escalation", Escalation) if self.is_open else []
        return next((escalation for escalation in escalations if escalation.answered_at is None), None)

    @property
    def is_with_manager(self) -> bool:
        """Whether it waits for a manager's answer, and this reader is none."""
        return self.escalation is not None and not self.reader.has_perm("creditdesk.answer_escalation")

    @property
    def waits_for_answer(self) -> bool:
        """Whether this reader passed the case on, and nobody has answered yet."""
        return self.escalation is not None and self.escalation.escalated_by_id == self.reader.pk

    # ---- withdrawal by the client, reopening

    @cached_property
    def withdrawal(self) -> Withdrawal | None:
        """The withdrawal that closes the case."""
        withdrawals = self._records("withdrawal", Withdrawal)
        return next((item for item in withdrawals if item.reopened_at is None), None)

    @cached_property
    def closing(self) -> Decision | Withdrawal | None:
        """The final decision or the withdrawal that closes the case."""
        return self.withdrawal or (self.standing_decision if self.is_final else None)

    @property
    def reopening(self) -> Reopening | None:
        """The newest reopening, while the case waits to be decided anew."""
        return next(iter(self._records("reopening", Reopening)), None) if self.is_open else None

    # ---- contest by the client, letters

    @cached_property
    def contests(self) -> list[Contest]:
        """All contests of the case, the open one first."""
        return sorted(self._records("contest", Contest), key=lambda contest: contest.closed_at is not None)

    @cached_property
    def open_contest(self) -> Contest | None:
        return next((contest for contest in self.contests if contest.closed_at is None), None)

    @property
    def days_to_answer(self) -> int:
        return int(settings.CONTEST_DAYS)

    @property
    def is_contest_due_soon(self) -> bool:
        contest = self.open_contest
        return contest is not None and contest.due_on - timezone.localdate() <= DUE_SOON

    @cached_property
    def letters(self) -> list[Letter]:
        return self._records("letter", Letter)

    def _records(self, kind: str, model: type[Record]) -> list[Record]:
        """The records of this case among the events, newest first."""
        own = (event for event in self.events if event.kind == kind)
        return [event.record for event in own if isinstance(event.record, model)]
