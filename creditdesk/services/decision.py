"""Record a person's decision, and its check by a second person."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import (
    Assessment,
    Case,
    Contest,
    Decision,
    Notification,
    Reopening,
    Team,
)
from creditdesk.models.decision import NEVER_IN_FORCE
from creditdesk.services.assignment import refer, referrers_of
from creditdesk.services.claim import end_own_claim, share_locked
from creditdesk.services.decision_refusal import (
    DecisionRefused,
    constraint_message,
    refuse_unanswered_rule,
    refuse_unknown_budget,
    refuse_when_decided,
    refuse_when_with_everybody,
)
from creditdesk.services.escalation import answer_by_decision
from creditdesk.services.note import add_note
from creditdesk.services.notification import notify, notify_role
from creditdesk.services.refusal import ActRefused, locked_case
from creditdesk.services.snooze_end import take_up
from creditdesk.services.team import refer_to_team
from scoring import policies
from scoring.models import Policy

Outcome, Status = Decision.Outcome, Decision.Status
Affordability = Assessment.AffordabilityOutcome


def needs_second_person(
    amount: Decimal, verdict: str, outcome: str, policy: Policy | None, affordability: str | None = None
) -> bool:
    """Whether an acceptance without the model's consent exceeds what this policy lets one person decide, or
    goes beyond what the client can afford by its rule."""
    risky = outcome == Outcome.ACCEPT and verdict != Assessment.Verdict.ACCEPT
    is_unaffordable = outcome == Outcome.ACCEPT and affordability == Affordability.NOT_MET
    return is_unaffordable or (risky and amount > policies.second_person_above(policy))


def decide(
    *,
    case: Case,
    assessment: Assessment,
    outcome: str,
    by: User,
    reason_code: str = "",
    reason: str = "",
    refer_to: User | Team | None = None,
    note: str = "",
) -> Decision:
    """Record a person's decision on the assessment they have read. Raises DecisionRefused.

    A referral gives the case to `refer_to`, a person or a team, with a note; without one to every advisor.
    """
    if not by.has_perm("creditdesk.decide_case"):
        raise PermissionDenied
    try:
        # One look at the policy: a publication meanwhile changes nothing of what was checked.
        with transaction.atomic(), policies.pinned():
            locked = locked_case(case, by)
            refuse_when_decided(locked, assessment, by)
            if outcome == Outcome.REFER and refer_to is None:
                refuse_when_with_everybody(locked, by)
            replaces = _reopened(locked) if outcome != Outcome.REFER else None
            decision = _record(locked, assessment, outcome, by, reason_code, reason, replaces=replaces)
            if outcome == Outcome.REFER:
                _refer(locked, refer_to, by, note)
                answer_by_decision(decision)
            else:
                _take_effect(decision)
                _notify(decision)
            return decision
    except ActRefused as refusal:
        raise DecisionRefused(str(refusal)) from refusal
    except IntegrityError as error:
        raise DecisionRefused(constraint_message(case, error)) from error


def check_decision(*, decision: Decision, approve: bool, reason: str, by: User) -> Decision:
    """Approve or reject a proposed decision as the second person. Raises DecisionRefused."""
    if not by.has_perm("creditdesk.check_decision"):
        raise PermissionDenied
    if decision.decided_by_id == by.pk:
        raise DecisionRefused(gettext("You proposed this decision: another person has to check it."))
    if not reason.strip():
        raise DecisionRefused(gettext("Say why you approve or reject this decision."))
    with transaction.atomic():
        locked_case(decision.case, by)
        proposed = Decision.objects.select_for_update().get(pk=decision.pk)
        if proposed.status == Status.LAPSED:
            raise DecisionRefused(
                gettext("The client has withdrawn the application: there is nothing to check any more.")
            )
        if proposed.status != Status.PROPOSED:
            raise DecisionRefused(gettext("This decision has already been checked."))
        proposed.status = Status.FINAL if approve else Status.REJECTED
        proposed.checked_by, proposed.checked_at, proposed.check_reason = by, timezone.now(), reason
        proposed.save()
        restored = [] if approve else _restore(proposed)
        _take_effect(proposed)
        _audit(proposed, Action.DECISION_CHECK, by, restored)
        people = [proposed.decided_by, proposed.case.advisor]
        if approve:
            people += _waiting_referrers(proposed)
            people += [proposed.replaces.decided_by] if proposed.replaces else []
        kind = Notification.Kind.DECIDED if approve else Notification.Kind.NOT_APPROVED
        notify(people=people, kind=kind, cases=[proposed.case], by=by)
    return proposed


def _take_effect(decision: Decision) -> None:
    """Answer the open escalation with a final decision; a proposal answers nothing until it is approved."""
    if decision.status == Status.FINAL:
        answer_by_decision(decision)


def _refer(case: Case, to: User | Team | None, by: User, note: str) -> None:
    if isinstance(to, Team):
        refer_to_team(case=case, team=to, by=by, note=note)
        return
    if to is not None:
        refer(case=case, to=to, by=by, note=note)
        return
    if not case.shared_at:
        share_locked(case, by)
    if note.strip():
        add_note(case=case, text=note, by=by)


def _notify(decision: Decision) -> None:
    """Notify the second person of what waits for them, else the advisor and who referred the case."""
    case, by = decision.case, decision.decided_by
    if decision.status == Status.PROPOSED:
        kind = Notification.Kind.SECOND_OPINION
        notify_role(permission="creditdesk.check_decision", kind=kind, case=case, by=by)
    elif decision.status == Status.FINAL:
        people = [case.advisor, *_waiting_referrers(decision)]
        notify(people=people, kind=Notification.Kind.DECIDED, cases=[case], by=by)


def _waiting_referrers(decision: Decision) -> QuerySet[User]:
    """Who referred the case to others, but for whom the decision was the answer to an escalation."""
    answered = decision.case.escalations.filter(decision=decision)
    return referrers_of(decision.case).exclude(pk__in=answered.order_by().values("escalated_by"))


@policies.pinned()
def replace_decision(*, standing: Decision, by: User, reason_code: str, reason: str) -> Decision:
    """Record the opposite outcome after a contest, on the newest assessment; keep the old one as replaced."""
    case, opposite = standing.case, {Outcome.ACCEPT: Outcome.REFUSE, Outcome.REFUSE: Outcome.ACCEPT}
    newest = case.latest_assessment or standing.assessment
    outcome = opposite[Outcome(standing.outcome)]
    if outcome == Outcome.ACCEPT:
        refuse_unanswered_rule(case, newest)
    Decision.objects.filter(pk=standing.pk).update(status=Status.REPLACED)
    return _record(case, newest, outcome, by, reason_code, reason, replaces=standing)


def _restore(rejected: Decision) -> list[Decision | Contest]:
    """After a rejected change, put the old decision back in force and reopen its contest; return both.

    A decision that was opened again stays out of force: the case waits to be decided anew.
    """
    if rejected.replaces is None or Reopening.objects.filter(decision=rejected.replaces).exists():
        return []
    Decision.objects.filter(pk=rejected.replaces.pk).update(status=Status.FINAL)
    reopened = list(Contest.objects.filter(new_decision=rejected))
    Contest.objects.filter(new_decision=rejected).update(
        outcome="", justification="", reviewer=None, new_decision=None, closed_at=None
    )
    return [rejected.replaces, *reopened]


def _reopened(case: Case) -> Decision | None:
    """The decision from which the case was opened again, until another one replaces it."""
    opened = case.decisions.filter(reopening__isnull=False)
    replaced = Decision.objects.filter(replaces__in=opened).exclude(status__in=NEVER_IN_FORCE)
    return opened.exclude(pk__in=replaced.values("replaces")).last()


def _record(
    case: Case,
    assessment: Assessment,
    outcome: str,
    by: User,
    reason_code: str,
    reason: str,
    replaces: Decision | None = None,
) -> Decision:
    policy = policies.in_force()
    if outcome == Outcome.ACCEPT:
        refuse_unknown_budget(assessment)
    needs_check = needs_second_person(
        case.amount_credit, assessment.verdict, outcome, policy, assessment.affordability_outcome
    )
    decision = Decision.objects.create(
        case=case,
        assessment=assessment,
        policy=policy,
        outcome=outcome,
        status=Status.PROPOSED if needs_check else Status.FINAL,
        needs_checker=needs_check,
        is_override=outcome != assessment.verdict,
        reason_code=reason_code,
        reason=reason.strip(),
        decided_by=by,
        replaces=replaces,
    )
    end_own_claim(case, by)
    take_up(case, by)
    action = Action.OVERRIDE if decision.is_override else Action.DECISION
    _audit(decision, action, by, [replaces] if replaces else [])
    return decision


def _audit(decision: Decision, action: Action, by: User, changed: Sequence[Decision | Contest]) -> None:
    """Free text stays out of the chain, which cannot forget: it may name a client."""
    before = decision.replaces.outcome if decision.replaces else "pending"
    is_check = action == Action.DECISION_CHECK
    details = {
        "decision": decision.pk,
        "assessment": decision.assessment_id,
        "verdict": decision.assessment.verdict,
        "outcome": decision.outcome,
        "status": decision.status,
        "reason_code": decision.reason_code,
        "previous": Status.PROPOSED if is_check else before,
        "new": decision.status if is_check else decision.outcome,
        **({"policy": decision.policy.version} if decision.policy else {}),
    }
    audit.record(
        action=action,
        actor=by,
        target=decision.case.reference,
        details=details,
        rows=[decision, *changed],
    )
