"""Record that a client contests a decision, and its review by another person."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Contest, ContestPoint, Decision, Notification
from creditdesk.services.decision import replace_decision
from creditdesk.services.notification import notify, notify_role
from creditdesk.services.refusal import ActRefused, locked_case
from creditdesk.services.reopening import reopen_locked


class Point(NamedTuple):
    """A point of a contest: the column of a wrong value with what the client says, or a kind of fact."""

    kind: str
    column: str = ""
    claim: str = ""


def contest(
    *, case: Case, client_statement: str, received_on: date, by: User, points: Sequence[Point] = ()
) -> Contest:
    """Record the client's statement, its points, and the day by which an answer is due. Raises ActRefused."""
    if not by.has_perm("creditdesk.contest_decision"):
        raise PermissionDenied
    with transaction.atomic():
        locked = locked_case(case, by)
        decision = _contestable(locked, client_statement, received_on)
        opened = Contest.objects.create(
            case=locked,
            decision=decision,
            decided_by=decision.decided_by,
            checked_by=decision.checked_by,
            client_statement=client_statement.strip(),
            received_on=received_on,
            due_on=received_on + timedelta(days=settings.CONTEST_DAYS),
            opened_by=by,
        )
        rows = [ContestPoint.objects.create(contest=opened, **point._asdict()) for point in points]
        _audit(opened, Action.CONTEST, by, previous=decision.outcome, new="contested", points=rows)
        kind = Notification.Kind.CONTESTED
        notify_role(permission="creditdesk.examine_contest", kind=kind, case=locked, by=by)
    return opened


def review(*, contest: Contest, outcome: str, justification: str, by: User, reason_code: str = "") -> Contest:
    """Close the contest: the decision is upheld, a new one replaces it, or the case is opened again to be
    corrected and decided anew. Raises ActRefused.
    """
    if not by.has_perm("creditdesk.examine_contest"):
        raise PermissionDenied
    if outcome == Contest.Outcome.REOPENED and not by.has_perm("creditdesk.reopen_case"):
        raise PermissionDenied
    if not justification.strip() or (outcome == Contest.Outcome.CHANGED and not reason_code):
        raise ActRefused(gettext("Give the grounds of your examination, and a reason for a change."))
    with transaction.atomic():
        locked = _reviewable(contest, by)
        if outcome == Contest.Outcome.CHANGED:
            locked.new_decision = replace_decision(
                standing=locked.decision, by=by, reason_code=reason_code, reason=justification
            )
        if outcome == Contest.Outcome.REOPENED:
            reopen_locked(locked.case, locked.decision, justification, by)
        locked.outcome, locked.justification = outcome, justification.strip()
        locked.reviewer, locked.closed_at = by, timezone.now()
        locked.save()
        new = _outcome_after(locked)
        _audit(locked, Action.CONTEST_EXAMINED, by, previous=locked.decision.outcome, new=new)
        _notify(locked, by)
    return locked


def may_review(contest: Contest, by: User) -> bool:
    """Whether this person neither made nor checked the decision nor recorded the contest.

    Database constraints repeat it.
    """
    involved = {contest.decided_by_id, contest.checked_by_id, contest.opened_by_id}
    return by.has_perm("creditdesk.examine_contest") and by.pk not in involved


def _notify(contest: Contest, by: User) -> None:
    """Notify the second person of a change that waits for them, else who decided and the advisor."""
    if contest.new_decision and contest.new_decision.status == Decision.Status.PROPOSED:
        kind = Notification.Kind.SECOND_OPINION
        notify_role(permission="creditdesk.check_decision", kind=kind, case=contest.case, by=by)
        return
    people = [contest.decided_by, contest.case.advisor]
    notify(people=people, kind=Notification.Kind.DECIDED, cases=[contest.case], by=by)


def _outcome_after(contest: Contest) -> str:
    if contest.outcome == Contest.Outcome.REOPENED:
        return "pending"
    return str(contest.new_decision.outcome if contest.new_decision else contest.decision.outcome)


def _contestable(case: Case, client_statement: str, received_on: date) -> Decision:
    if not client_statement.strip():
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


def _reviewable(contest: Contest, by: User) -> Contest:
    locked_case(contest.case, by)
    current = Contest.objects.select_related("decision__assessment", "case").get(pk=contest.pk)
    if current.closed_at:
        raise ActRefused(gettext("This contest is answered already."))
    if not may_review(current, by):
        raise ActRefused(
            gettext(
                "You took part in this decision or recorded this contest: another person has to examine it."
            )
        )
    return current


def _audit(
    contest: Contest,
    action: Action,
    by: User,
    *,
    previous: str,
    new: str,
    points: Sequence[ContestPoint] = (),
) -> None:
    """Neither statement nor justification goes into the chain, which cannot forget."""
    details = {
        "contest": contest.pk,
        "decision": contest.decision_id,
        "previous": previous,
        "new": new,
        "outcome": contest.outcome,
        "due_on": contest.due_on.isoformat(),
        **({"points": [point.column or point.kind for point in points]} if points else {}),
    }
    rows = [contest, *points]
    audit.record(action=action, actor=by, target=contest.case.reference, details=details, rows=rows)
