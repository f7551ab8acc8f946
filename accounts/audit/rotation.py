"""A new audit key, and a new anchor: acts of a person, with a reason, that the log itself records."""

from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.audit import anchor, chain, sinks
from accounts.audit.actions import Action
from accounts.audit.anchor import Anchor
from accounts.audit.keys import key_in_force
from accounts.audit.recording import Act, keep_head, locked_head, record_all
from accounts.models import AuditEvent, AuditHead, User

MIN_REASON_LENGTH: Final = 20


class RotationRefused(Exception):
    """Nothing was changed; the message gives the reason."""


def is_prepared() -> bool:
    """Whether the settings hold a key that is not in force yet beside the one that is."""
    head = AuditHead.objects.filter(pk=1).first()
    return head is not None and key_in_force(head) in settings.AUDIT_OLD_KEYS


@transaction.atomic
def rotate_key(*, by: User | None, reason: str = "") -> AuditEvent:
    """Seal every event from here on with `AUDIT_KEY`, which becomes the key in force. Raises RotationRefused.

    The event of the rotation is the last one that the old key seals; the new key confirms it.
    """
    if by is not None:
        _check_person(by)
    head, old = locked_head()
    new = settings.AUDIT_KEY
    if old == new:
        raise RotationRefused("AUDIT_KEY is in force already.")
    if AuditEvent.objects.filter(action=Action.KEY_ROTATED, details__old=chain.key_id(new)).exists():
        raise RotationRefused("AUDIT_KEY is a key that was rotated away before: make a new one.")
    details = {
        "old": chain.key_id(old),
        "new": chain.key_id(new),
        "proof": chain.rotation_seal(head.own_hash, new),
        "reason": reason.strip(),
    }
    event = record_all([Act(Action.KEY_ROTATED, by, details=details)])[0]
    keep_head(locked_head()[0], new)
    return event


def anchor_again(*, by: User, reason: str) -> AuditEvent:
    """Write the anchor (and the sink) anew where it is gone or does not fit: from here on it guards the end.

    Whoever runs this vouches that the end of the log is the true one; their name and reason stay in the log.
    """
    _check_person(by)
    if len(reason.strip()) < MIN_REASON_LENGTH:
        raise RotationRefused(f"Give the reason in at least {MIN_REASON_LENGTH} characters.")
    with transaction.atomic():
        event = record_all([Act(Action.ANCHORED, by, details={"reason": reason.strip()})])[0]
        key = locked_head()[1]
    with anchor.locked():
        anchor.set_aside()
        Anchor(event.sequence, event.own_hash).write(key)
    sinks.send(event.sequence, event.own_hash)
    return event


def _check_person(by: User) -> None:
    if not by.has_perm("accounts.view_auditevent"):
        raise RotationRefused(f"{by} may not read the audit log: an administrator or an auditor does this.")
