"""Escalate a case to a manager, and answer an escalation."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Decision, Escalation, Notification
from creditdesk.services.claim import end_own_claim
from creditdesk.services.notification import notify, notify_role
from creditdesk.services.refusal import (
    ActRefused,
    active_claim,
    already_claimed,
    locked_case,
    refuse_when_closed,
)
from creditdesk.services.snooze_end import take_up


def escalate(*, case: Case, reason: str, by: User) -> Escalation:
    """Pass the case on to a manager. Raises ActRefused when it is decided, claimed or escalated already."""
    if not by.has_perm("creditdesk.escalate_case"):
        raise PermissionDenied
    if not reason.strip():
        raise ActRefused(gettext("Say why a manager should look at this case."))
    with transaction.atomic():
        locked = locked_case(case, by)
        _refuse_when_not_open(locked, by)
        end_own_claim(locked, by)
        take_up(locked, by)
        escalation = Escalation.objects.create(case=locked, reason=reason.strip(), escalated_by=by)
        _audit(escalation, Action.ESCALATION, by, previous="pending", new="escalated")
        kind = Notification.Kind.ESCALATED
        notify_role(permission="creditdesk.answer_escalation", kind=kind, case=locked, by=by)
    return escalation


def answer_escalation(*, escalation: Escalation, answer: str, by: User) -> Escalation:
    """Answer as a manager, which gives the case back to its advisor. Raises ActRefused."""
    if not by.has_perm("creditdesk.answer_escalation"):
        raise PermissionDenied
    if not answer.strip():
        raise ActRefused(gettext("Write what the advisor should do."))
    with transaction.atomic():
        locked_case(escalation.case, by)
        locked = Escalation.objects.select_for_update().get(pk=escalation.pk)
        if locked.answered_at:
            raise ActRefused(gettext("This escalation is answered already."))
        if locked.escalated_by_id == by.pk:
            raise ActRefused(gettext("You passed this case on: another person has to answer."))
        locked.answer, locked.answered_by, locked.answered_at = answer.strip(), by, timezone.now()
        locked.save()
        _audit(locked, Action.ESCALATION_ANSWER, by, previous="escalated", new="answered")
        people = [locked.escalated_by, locked.case.advisor]
        notify(people=people, kind=Notification.Kind.ANSWERED, cases=[locked.case], by=by)
    return locked


def answer_by_decision(decision: Decision) -> None:
    """Answer the escalation of a case with the decision on it, within the transaction of the decision.

    Left open it would stand again, with a manager, once the case is opened again; and a case that a manager
    refers to somebody would stay in the queue of the managers.
    """
    waiting = decision.case.escalations.unanswered().select_for_update().first()
    if waiting is None:
        return
    waiting.decision, waiting.answered_by, waiting.answered_at = decision, decision.decided_by, timezone.now()
    waiting.save()
    _audit(waiting, Action.ESCALATION_ANSWER, decision.decided_by, previous="escalated", new="answered")
    # The advisor of the case is notified of the decision itself, and not of a referral.
    is_referral = decision.outcome == Decision.Outcome.REFER
    if is_referral or waiting.escalated_by_id != decision.case.advisor_id:
        kind = Notification.Kind.ANSWERED
        notify(people=[waiting.escalated_by], kind=kind, cases=[decision.case], by=decision.decided_by)


def _refuse_when_not_open(case: Case, by: User) -> None:
    refuse_when_closed(case)
    if case.escalations.unanswered().exists():
        raise ActRefused(gettext("This case is with a manager already."))
    claim = active_claim(case)
    if claim and claim.held_by_id != by.pk:
        raise ActRefused(already_claimed(claim))


def _audit(escalation: Escalation, action: Action, by: User, *, previous: str, new: str) -> None:
    """Free text stays out of the chain: it may name a client."""
    details = {"escalation": escalation.pk, "previous": previous, "new": new}
    audit.record(
        action=action, actor=by, target=escalation.case.reference, details=details, rows=[escalation]
    )
