"""Open a decided or withdrawn case again, by another person than who closed it."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.cases.team import present
from creditdesk.models import Case, Decision, Notification, Reopening, Withdrawal
from creditdesk.services.assessment import assess
from creditdesk.services.handover import hand_on
from creditdesk.services.notification import notify
from creditdesk.services.refusal import ActRefused, locked_case


@transaction.atomic
def reopen(*, case: Case, reason: str, by: User) -> Reopening:
    """Make the case pending again and have it assessed again; what closed it stays on record.

    Raises ActRefused, also for who decided, checked or withdrew it: another person has to look.
    """
    if not by.has_perm("creditdesk.reopen_case"):
        raise PermissionDenied
    if not reason.strip():
        raise ActRefused(gettext("Say why the case is opened again."))
    locked = locked_case(case, by)
    if locked.contests.unanswered().exists():
        raise ActRefused(gettext("The client contests this decision: examine the contest first."))
    closing = closing_of(locked)
    if closing is None:
        raise ActRefused(gettext("This case is not closed: there is nothing to open again."))
    if not may_reopen(closing, by):
        raise ActRefused(gettext("You closed this case: another person has to open it again."))
    return reopen_locked(locked, closing, reason, by)


def may_reopen(closing: Decision | Withdrawal, by: User) -> bool:
    """Whether this person may open the case again: neither decided nor checked it, nor recorded the
    withdrawal. Database constraints repeat it.
    """
    return by.has_perm("creditdesk.reopen_case") and by.pk not in _people(closing)


def closing_of(case: Case) -> Decision | Withdrawal | None:
    """The final decision or the withdrawal that closes the case."""
    if withdrawal := case.withdrawals.in_force().select_related("recorded_by").first():
        return withdrawal
    final = case.decisions.standing().filter(status=Decision.Status.FINAL)
    return final.select_related("decided_by", "checked_by").first()


def reopen_locked(case: Case, closing: Decision | Withdrawal, reason: str, by: User) -> Reopening:
    """Open a locked case again within the transaction of the act that does.

    The advisor may have left, or be away: the case goes on at once, as theirs did that were open then.
    """
    closed_by, checked_by = _people(closing)
    decision = closing if isinstance(closing, Decision) else None
    withdrawal = closing if isinstance(closing, Withdrawal) else None
    if decision:
        Decision.objects.filter(pk=decision.pk).update(status=Decision.Status.REPLACED)
    reopening = Reopening.objects.create(
        case=case,
        decision=decision,
        withdrawal=withdrawal,
        closed_by_id=closed_by,
        checked_by_id=checked_by,
        reason=reason.strip(),
        reopened_by=by,
    )
    if withdrawal:
        Withdrawal.objects.filter(pk=withdrawal.pk).update(reopened_at=reopening.reopened_at)
    closing.refresh_from_db()
    _audit(reopening, closing, by)
    people = [case.advisor, reopening.closed_by]
    notify(people=people, kind=Notification.Kind.REOPENED, cases=[case], by=by)
    assess(case=case, by=by)
    if not present().filter(pk=case.advisor_id).exists():
        hand_on(person=case.advisor)
    return reopening


def _people(closing: Decision | Withdrawal) -> tuple[int, int | None]:
    """Who closed the case, and who checked that."""
    if isinstance(closing, Decision):
        return closing.decided_by_id, closing.checked_by_id
    return closing.recorded_by_id, None


def _audit(reopening: Reopening, closing: Decision | Withdrawal, by: User) -> None:
    """Why stays out of the chain, which cannot forget: it may name a client."""
    previous = closing.outcome if isinstance(closing, Decision) else "withdrawn"
    details = {"reopening": reopening.pk, "previous": previous, "new": "pending"}
    audit.record(
        action=Action.REOPENING,
        actor=by,
        target=reopening.case.reference,
        details=details,
        rows=[reopening, closing],
    )
