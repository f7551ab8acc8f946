"""Pass a case on to a manager, and answer."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Escalation
from creditdesk.services.claim import end_own_claim
from creditdesk.services.refusal import ActRefused, already_claimed, already_decided, claim_on


def escalate(*, case: Case, reason: str, by: User) -> Escalation:
    """Ask a manager to look. Raises ActRefused when it is decided, claimed or with a manager already."""
    if not by.has_perm("creditdesk.escalate_case"):
        raise PermissionDenied
    if not reason.strip():
        raise ActRefused(gettext("Say why a manager should look at this case."))
    with transaction.atomic():
        held = Case.objects.select_for_update().get(pk=case.pk)
        _refuse_when_not_open(held, by)
        end_own_claim(held, by)
        escalation = Escalation.objects.create(case=held, reason=reason.strip(), escalated_by=by)
        _audit(escalation, Action.ESCALATION, by, previous="pending", new="escalated")
    return escalation


def answer_escalation(*, escalation: Escalation, answer: str, by: User) -> Escalation:
    """A manager's answer gives the case back to its advisor. Raises ActRefused."""
    if not by.has_perm("creditdesk.answer_escalation"):
        raise PermissionDenied
    if not answer.strip():
        raise ActRefused(gettext("Write what the advisor should do."))
    with transaction.atomic():
        held = Escalation.objects.select_for_update().get(pk=escalation.pk)
        if held.answered_at:
            raise ActRefused(gettext("This escalation is answered already."))
        if held.escalated_by_id == by.pk:
            raise ActRefused(gettext("You passed this case on: another person has to answer."))
        held.answer, held.answered_by, held.answered_at = answer.strip(), by, timezone.now()
        held.save()
        _audit(held, Action.ESCALATION_ANSWER, by, previous="escalated", new="answered")
    return held


def _refuse_when_not_open(case: Case, by: User) -> None:
    if standing := case.decisions.standing().select_related("decided_by").first():
        raise ActRefused(already_decided(standing))
    if case.escalations.unanswered().exists():
        raise ActRefused(gettext("This case is with a manager already."))
    held = claim_on(case)
    if held and held.held_by_id != by.pk:
        raise ActRefused(already_claimed(held))


def _audit(escalation: Escalation, action: Action, by: User, *, previous: str, new: str) -> None:
    """The words stay out of the chain: they may name a client."""
    details = {"escalation": escalation.pk, "previous": previous, "new": new}
    audit.record(action=action, actor=by, target=escalation.case.reference, details=details)
