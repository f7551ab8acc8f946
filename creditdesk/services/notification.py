"""Notify people of what happened on a case, and mark notifications as read.

Not audited: the act that notifies is, and whether somebody has read of it is nobody's business.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.open_accounts import check_account
from accounts.roles import roles_with
from creditdesk.cases.team import present
from creditdesk.models import Case, Notification

Kind = Notification.Kind


def notify(*, people: Iterable[User], kind: str, cases: Sequence[Case], by: User | None) -> None:
    """Notify these people, within the transaction of the act; nobody is notified of their own act."""
    recipients = {person.pk: person for person in people if person.is_active and person != by}
    Notification.objects.bulk_create(
        [
            Notification(recipient=person, case=case, kind=kind, actor=by)
            for person in recipients.values()
            for case in cases
        ],
        # An overdue case is reported once.
        ignore_conflicts=kind == Kind.OVERDUE,
    )


def notify_role(*, permission: str, kind: str, case: Case, by: User) -> None:
    """Notify everybody who is there and whose role may do what comes next."""
    notify(people=people_with(permission), kind=kind, cases=[case], by=by)


def people_with(permission: str) -> QuerySet[User]:
    """Who is there today and has a role with this permission."""
    return present().filter(role__in=roles_with(permission))


def notify_everybody(*, case: Case, by: User) -> None:
    """Notify whoever may take a case that is shared with every advisor.

    Nobody gets a second one while the first is unread and nobody has taken its case: two hundred people
    would have a message for every case, and the queue counts the cases anyway.
    """
    waiting = Case.objects.unclaimed().filter(shared_at__isnull=False)
    has_one = Notification.objects.unread().filter(kind=Kind.OFFERED, case__in=waiting).values("recipient")
    notify(people=present().exclude(pk__in=has_one), kind=Kind.OFFERED, cases=[case], by=by)


@transaction.atomic
def mark_read(*, by: User, until: datetime, pk: int | None = None) -> int:
    """Mark a person's own notifications as read, those that were there at `until`; return how many."""
    check_account(by)
    unread = Notification.objects.of(by).unread().filter(at__lte=until)
    if pk is not None:
        unread = unread.filter(pk=pk)
    return unread.update(read_at=timezone.now())
