"""Send people a digest of their unread notifications by e-mail, when they wish one."""

import logging
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.mail_texts import in_every_language
from accounts.models import User
from creditdesk.models import Notification

logger = logging.getLogger(__name__)


def send_digests() -> tuple[int, int]:
    """Send each digest that is due; return how many were sent and how many could not be."""
    waiting = Notification.objects.unread().filter(mailed_at__isnull=True).values("recipient")
    people = User.objects.filter(wants_digest=True, is_active=True, pk__in=waiting).exclude(email="")
    sent = [_send(person) for person in people.order_by("pk")]
    return sum(sent), len(sent) - sum(sent)


def _send(person: User) -> bool:
    """Claim what the digest counts, send it outside the transaction, and give it back when that fails."""
    now = timezone.now()
    with transaction.atomic():
        due = Notification.objects.visible_to(person).unread().filter(mailed_at__isnull=True)
        keys = list(due.values_list("pk", flat=True))
        claimed = Notification.objects.filter(pk__in=keys, mailed_at__isnull=True).update(mailed_at=now)
    if not claimed:
        return True
    counts = Notification.objects.filter(pk__in=keys).order_by().values_list("kind").annotate(Count("pk"))
    try:
        text = in_every_language(partial(_text, dict(counts)))
        send_mail(_subject(len(keys)), text, None, [person.email])
    except OSError as error:
        logger.error("the digest for %s was not sent: %s", person.get_username(), error)
        Notification.objects.filter(pk__in=keys).update(mailed_at=None)
        return False
    return True


def _subject(count: int) -> str:
    return in_every_language(
        lambda: (
            ngettext(
                "Credit desk: %(count)d unread notification",
                "Credit desk: %(count)d unread notifications",
                count,
            )
            % {"count": count}
        ),
        between=" / ",
    )


def _text(counts: dict[str, int]) -> str:
    """Counts and an address, no client and no reference: mail is read on the way."""
    lines = [gettext("Waiting for you at the credit desk:")]
    for kind, count in sorted(counts.items()):
        line = {"kind": Notification.Kind(kind).label, "count": count}
        lines.append("- " + gettext("%(kind)s: %(count)s") % line)
    return "\n".join([*lines, settings.DESK_URL.rstrip("/") + reverse("notifications")])
