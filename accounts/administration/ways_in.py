"""Ways into an account, for the second administrator: its address, and who could have come in by a link."""

from collections.abc import Iterator
from typing import Any

from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import Action
from accounts.models import AuditEvent, User


def ways_in(user: User) -> list[str]:
    """The present address, then address changes and links shown to administrators, the latest first.

    Read from the audit log: since the owner last signed in, or since the account exists.
    """
    events = AuditEvent.objects.filter(action=Action.ADMIN_CHANGE, target=f"user:{user}")
    if user.last_login:
        events = events.filter(at__gt=user.last_login)
    present = _("Address: %(address)s") % {"address": user.email or _("none")}
    return [present, *_changes(user.email, events.order_by("-sequence"))]


def _changes(address: str, events: Any) -> Iterator[str]:
    """Sentences; `address` is that of the time of each event, going back."""
    for event in events:
        words = {"name": event.actor, "on": date(timezone.localtime(event.at), "DATETIME_FORMAT")}
        if (values := _changed_address(event)) is not None:
            words |= {"previous": values[0] or _("none"), "new": values[1] or _("none")}
            yield _("%(name)s changed the address on %(on)s: before %(previous)s, then %(new)s.") % words
            address = values[0]
        elif not address and {"invited", "second_factor", "added"} & set(event.details):
            yield _("A link into the account was shown to %(name)s on %(on)s.") % words


def _changed_address(event: AuditEvent) -> list[str] | None:
    """The address before and after, or nothing where the event is of something else."""
    for part in event.details.get("changed", ()):
        if (values := part.get("values", {}).get("email")) is not None:
            return [str(value or "") for value in values]
    return None
