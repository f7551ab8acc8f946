"""Record that the client withdraws a pending application."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Notification, Withdrawal
from creditdesk.services.claim import end_own_claim
from creditdesk.services.notification import notify
from creditdesk.services.refusal import ActRefused, locked_case, refuse_when_not_free


@transaction.atomic
def withdraw(*, case: Case, channel: str, received_on: date, by: User, reason: str = "") -> Withdrawal:
    """Close the case without a decision: nobody accepts or refuses it any more. Raises ActRefused."""
    if not by.has_perm("creditdesk.withdraw_case"):
        raise PermissionDenied
    locked = locked_case(case, by)
    refuse_when_not_free(locked, by)
    if not timezone.localtime(locked.submitted_at).date() <= received_on <= timezone.localdate():
        raise ActRefused(gettext("A client withdraws after the application, and not in the future."))
    end_own_claim(locked, by)
    withdrawal = Withdrawal.objects.create(
        case=locked, channel=channel, received_on=received_on, reason=reason.strip(), recorded_by=by
    )
    # Why stays out of the chain, which cannot forget: it may name a client.
    details = {
        "withdrawal": withdrawal.pk,
        "previous": "pending",
        "new": "withdrawn",
        "channel": channel,
        "received_on": received_on.isoformat(),
    }
    audit.record(
        action=Action.WITHDRAWAL, actor=by, target=locked.reference, details=details, rows=[withdrawal]
    )
    notify(people=[locked.advisor], kind=Notification.Kind.WITHDRAWN, cases=[locked], by=by)
    return withdrawal
