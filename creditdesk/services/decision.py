"""What a person decides, and what a second person says to it."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, Case, Contest, Decision
from creditdesk.services.claim import end_own_claim
from creditdesk.services.refusal import already_claimed, already_decided, claim_on

Outcome, Status = Decision.Outcome, Decision.Status


class DecisionRefused(Exception):
    """The decision was not recorded; the message tells the person why."""


def needs_second_person(amount: Decimal, verdict: str, outcome: str) -> bool:
    """Accepting, without the model's consent, more than one person may on their own."""
    risky = outcome == Outcome.ACCEPT and verdict != Assessment.Verdict.ACCEPT
    return risky and amount > settings.SECOND_PERSON_ABOVE


def decide(
    *, case: Case, assessment: Assessment, outcome: str, by: User, reason_code: str = "", reason: str = ""
) -> Decision:
    """Record a person's decision on the assessment they have read. Raises DecisionRefused."""
    if not by.has_perm("creditdesk.decide_case"):
        raise PermissionDenied
    try:
        with transaction.atomic():
            held = Case.objects.select_for_update().get(pk=case.pk)
            _refuse_when_settled(held, assessment, outcome, by)
            return _record(held, assessment, outcome, by, reason_code, reason)
    except IntegrityError as error:
        raise DecisionRefused(_constraint_in_words(case, error)) from error


def check_decision(*, decision: Decision, approve: bool, reason: str, by: User) -> Decision:
    """The second person's answer to a proposed decision. Raises DecisionRefused."""
    if not by.has_perm("creditdesk.check_decision"):
        raise PermissionDenied
    if decision.decided_by_id == by.pk:
        raise DecisionRefused(gettext("You proposed this decision: another person has to check it."))
    if not reason.strip():
        raise DecisionRefused(gettext("Say why you approve or reject this decision."))
    with transaction.atomic():
        held = Decision.objects.select_for_update().get(pk=decision.pk)
        if held.status != Status.PROPOSED:
            raise DecisionRefused(gettext("This decision has already been checked."))
        held.status = Status.FINAL if approve else Status.REJECTED
        held.checked_by, held.checked_at, held.check_reason = by, timezone.now(), reason
        held.save()
        if held.status == Status.REJECTED and held.replaces:
            _stand_again(held, held.replaces)
        _audit(held, Action.DECISION_CHECK, by)
    return held


def replace_decision(*, standing: Decision, by: User, reason_code: str, reason: str) -> Decision:
    """After a contest: the other outcome, on the newest assessment. The old decision is kept as replaced."""
    case, other = standing.case, {Outcome.ACCEPT: Outcome.REFUSE, Outcome.REFUSE: Outcome.ACCEPT}
    newest = case.latest_assessment or standing.assessment
    Decision.objects.filter(pk=standing.pk).update(status=Status.REPLACED)
    outcome = other[Outcome(standing.outcome)]
    return _record(case, newest, outcome, by, reason_code, reason, replaces=standing)


def _stand_again(rejected: Decision, replaced: Decision) -> None:
    """The second person did not agree with the change: the old decision holds, the contest is open again."""
    Decision.objects.filter(pk=replaced.pk).update(status=Status.FINAL)
    Contest.objects.filter(new_decision=rejected).update(
        outcome="", justification="", reviewer=None, new_decision=None, closed_at=None
    )


def _refuse_when_settled(case: Case, assessment: Assessment, outcome: str, by: User) -> None:
    standing = case.decisions.standing().select_related("decided_by").first()
    if standing:
        raise DecisionRefused(already_decided(standing))
    if (claim := claim_on(case)) and claim.held_by_id != by.pk:
        raise DecisionRefused(already_claimed(claim))
    if assessment.case_id != case.pk or assessment.pk != case.latest_assessment_id:
        raise DecisionRefused(
            gettext("The case was assessed again meanwhile: read the new verdict, then decide.")
        )
    if outcome == Outcome.REFER and case.decisions.filter(outcome=outcome, decided_by=by).exists():
        raise DecisionRefused(gettext("You have already referred this case."))


def _record(
    case: Case,
    assessment: Assessment,
    outcome: str,
    by: User,
    reason_code: str,
    reason: str,
    replaces: Decision | None = None,
) -> Decision:
    second = needs_second_person(case.amount_credit, assessment.verdict, outcome)
    decision = Decision.objects.create(
        case=case,
        assessment=assessment,
        outcome=outcome,
        status=Status.PROPOSED if second else Status.FINAL,
        is_override=outcome != assessment.verdict,
        reason_code=reason_code,
        reason=reason.strip(),
        decided_by=by,
        replaces=replaces,
    )
    end_own_claim(case, by)
    _audit(decision, Action.OVERRIDE if decision.is_override else Action.DECISION, by)
    return decision


def _audit(decision: Decision, action: Action, by: User) -> None:
    """Free text stays out of the chain, which can never forget: it may name a client."""
    details: dict[str, Any] = {
        "decision": decision.pk,
        "assessment": decision.assessment_id,
        "verdict": decision.assessment.verdict,
        "outcome": decision.outcome,
        "status": decision.status,
        "reason_code": decision.reason_code,
    }
    audit.record(action=action, actor=by, target=decision.case.reference, details=details)


def _constraint_in_words(case: Case, error: IntegrityError) -> str:
    standing = case.decisions.standing().select_related("decided_by").first()
    if standing:
        return already_decided(standing)
    if "override_has_reason" in str(error):
        return gettext("A decision that differs from the verdict needs a reason and its grounds.")
    return gettext("The decision could not be recorded: read the case again, then decide.")
