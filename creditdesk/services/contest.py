"""A client does not accept a decision: another person examines it again."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Contest, Decision
from creditdesk.services.decision import replace_decision
from creditdesk.services.refusal import ActRefused


def contest(*, case: Case, words: str, received_on: date, by: User) -> Contest:
    """Keep the client's words; the answer is due some days after they came. Raises ActRefused."""
    if not by.has_perm("creditdesk.contest_decision"):
        raise PermissionDenied
    with transaction.atomic():
        held = Case.objects.select_for_update().get(pk=case.pk)
        decision = _contestable(held, words, received_on)
        opened = Contest.objects.create(
            case=held,
            decision=decision,
            decided_by=decision.decided_by,
            checked_by=decision.checked_by,
            words=words.strip(),
            received_on=received_on,
            due_on=received_on + timedelta(days=settings.CONTEST_DAYS),
            opened_by=by,
        )
        _audit(opened, Action.CONTEST, by, previous=decision.outcome, new="contested")
    return opened


def examine(*, contest: Contest, outcome: str, grounds: str, by: User, reason_code: str = "") -> Contest:
    """The other person's answer: the decision holds, or a new one replaces it. Raises ActRefused."""
    if not by.has_perm("creditdesk.examine_contest"):
        raise PermissionDenied
    if not grounds.strip() or (outcome == Contest.Outcome.CHANGED and not reason_code):
        raise ActRefused(gettext("Give the grounds of your examination, and a reason for a change."))
    with transaction.atomic():
        held = _examinable(contest, by)
        if outcome == Contest.Outcome.CHANGED:
            held.new_decision = replace_decision(
                standing=held.decision, by=by, reason_code=reason_code, reason=grounds
            )
        held.outcome, held.grounds = outcome, grounds.strip()
        held.examiner, held.closed_at = by, timezone.now()
        held.save()
        new = held.new_decision.outcome if held.new_decision else held.decision.outcome
        _audit(held, Action.CONTEST_EXAMINED, by, previous=held.decision.outcome, new=new)
    return held


def may_examine(contest: Contest, by: User) -> bool:
    """Neither who decided nor who checked that decision; the database holds to it."""
    involved = {contest.decided_by_id, contest.checked_by_id}
    return by.has_perm("creditdesk.examine_contest") and by.pk not in involved


def _contestable(case: Case, words: str, received_on: date) -> Decision:
    if not words.strip():
        raise ActRefused(gettext("Write down what the client says."))
    standing = case.decisions.standing().select_related("decided_by", "checked_by").first()
    if standing is None or standing.status != Decision.Status.FINAL:
        raise ActRefused(gettext("There is no final decision to contest."))
    if case.contests.unanswered().exists():
        raise ActRefused(
            gettext("This decision is contested already: that contest has to be answered first.")
        )
    if not standing.final_on <= received_on <= timezone.localdate():
        raise ActRefused(gettext("A contest is received after the decision, and not in the future."))
    return standing


def _examinable(contest: Contest, by: User) -> Contest:
    Case.objects.select_for_update().get(pk=contest.case_id)
    held = Contest.objects.select_related("decision__assessment", "case").get(pk=contest.pk)
    if held.closed_at:
        raise ActRefused(gettext("This contest is answered already."))
    if not may_examine(held, by):
        raise ActRefused(gettext("You took part in this decision: another person has to examine it."))
    return held


def _audit(contest: Contest, action: Action, by: User, *, previous: str, new: str) -> None:
    """The client's words and the grounds stay out of the chain."""
    details = {
        "contest": contest.pk,
        "decision": contest.decision_id,
        "previous": previous,
        "new": new,
        "outcome": contest.outcome,
        "due_on": contest.due_on.isoformat(),
    }
    audit.record(action=action, actor=by, target=contest.case.reference, details=details)
