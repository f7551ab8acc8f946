"""The end of a snooze before its day, by itself or by an act that takes the case up again."""

from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Snooze


def take_up(case: Case, by: User) -> None:
    """End the snooze of a locked case within the transaction of the act that claims, decides or closes it, or
    passes it on: it would hide the case from whoever has it next, and once it is open again."""
    if active := case.snoozes.in_force().select_for_update().first():
        end(active, by)


def end(snooze: Snooze, by: User) -> Snooze:
    snooze.ended_by, snooze.ended_at = by, timezone.now()
    snooze.save(update_fields=["ended_by", "ended_at"])
    audit_snooze(snooze, Action.SNOOZE_ENDED, by, previous=snooze.until_on.isoformat(), new="")
    return snooze


def audit_snooze(snooze: Snooze, action: Action, by: User, *, previous: str, new: str) -> None:
    """What the case waits for stays out of the chain: it may name a client."""
    details = {"snooze": snooze.pk, "previous": previous, "new": new}
    audit.record(action=action, actor=by, target=snooze.case.reference, details=details, rows=[snooze])
