"""Record that the client withdraws an application that no decision has closed yet."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Decision, Notification, Withdrawal
from creditdesk.services.assignment import referrers_of
from creditdesk.services.claim import end_claim
from creditdesk.services.notification import notify, people_with
from creditdesk.services.refusal import ActRefused, active_claim, locked_case, refuse_when_closed
from creditdesk.services.snooze_end import take_up


@transaction.atomic
def withdraw(*, case: Case, channel: str, received_on: date, by: User, reason: str = "") -> Withdrawal:
    """Close the case without a decision: nobody accepts or refuses it any more. Raises ActRefused.

    What the client did is a fact: whoever sees the case records it, whoever works on it. A colleague's claim
    ends with it, and so does a proposal that waits for its second person, except the outcome of a contest. A
    question to a manager stays as it is: it is theirs again once the case is opened again.
    """
    if not by.has_perm("creditdesk.withdraw_case"):
        raise PermissionDenied
    locked = locked_case(case, by)
    proposal = _open_proposal(locked)
    if proposal is None:
        refuse_when_closed(locked)
    if not timezone.localtime(locked.submitted_at).date() <= received_on <= timezone.localdate():
        raise ActRefused(gettext("A client withdraws after the application, and not in the future."))
    claim = active_claim(locked)
    if claim:
        end_claim(claim, by)
    take_up(locked, by)
    if proposal:
        proposal.status = Decision.Status.LAPSED
        proposal.save(update_fields=["status"])
    withdrawal = Withdrawal.objects.create(
        case=locked, channel=channel, received_on=received_on, reason=reason.strip(), recorded_by=by
    )
    # Why stays out of the chain, which cannot forget: it may name a client.
    details = {
        "withdrawal": withdrawal.pk,
        "previous": "proposed" if proposal else "pending",
        "new": "withdrawn",
        "channel": channel,
        "received_on": received_on.isoformat(),
        **({"claimed_by": claim.held_by.get_username()} if claim and claim.held_by_id != by.pk else {}),
    }
    rows = [withdrawal, proposal] if proposal else [withdrawal]
    audit.record(action=Action.WITHDRAWAL, actor=by, target=locked.reference, details=details, rows=rows)
    people = [locked.advisor, *referrers_of(locked)]
    if claim:
        people.append(claim.held_by)
    if proposal:
        people += [proposal.decided_by, *people_with("creditdesk.check_decision")]
    if question := locked.escalations.unanswered().select_related("escalated_by").first():
        people += [question.escalated_by, *people_with("creditdesk.answer_escalation")]
    notify(people=people, kind=Notification.Kind.WITHDRAWN, cases=[locked], by=by)
    return withdrawal


def _open_proposal(case: Case) -> Decision | None:
    """The proposal that waits for its second person; none where it is the outcome of a contest, as that
    application was decided before."""
    waiting = case.decisions.waiting().filter(changing_contest__isnull=True)
    return waiting.select_for_update(of=("self",)).select_related("decided_by").first()
