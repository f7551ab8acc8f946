"""The key ring: `AUDIT_KEY` and the keys before it, and which of them sealed which event.

A new key takes over by an event of its own, sealed with the old key and confirmed with the new one.
"""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Self

from django.conf import settings

from accounts.audit import chain
from accounts.audit.actions import Action
from accounts.models import AuditEvent, AuditHead


class UnknownKey(Exception):
    """A key that sealed a part of the log is not among the settings."""


def key_ring() -> tuple[str, ...]:
    """Every key of the settings, the newest first."""
    return (settings.AUDIT_KEY, *settings.AUDIT_OLD_KEYS)


def key_in_force(head: AuditHead) -> str | None:
    """The key that the head is sealed with; None where no key of the ring fits."""
    for key in key_ring():
        if compare_digest(head.seal, chain.head_seal(head.sequence, head.own_hash, key)):
            return key
    return None


@dataclass(frozen=True)
class Rotation:
    """The event by which a key took over from another: the last one that the old key sealed."""

    sequence: int
    old: str
    new: str


@dataclass(frozen=True)
class KeySchedule:
    """Which key sealed which event, by the rotations in the log."""

    rotations: tuple[Rotation, ...]
    newest: str

    @classmethod
    def load(cls) -> Self:
        events = AuditEvent.objects.filter(action=Action.KEY_ROTATED).order_by("sequence")
        rotations = tuple(
            Rotation(sequence, str(details.get("old")), str(details.get("new")))
            for sequence, details in events.values_list("sequence", "details")
        )
        head = AuditHead.objects.filter(pk=1).first()
        return cls(rotations, (head and key_in_force(head)) or settings.AUDIT_KEY)

    def key_of(self, sequence: int) -> str:
        """The key that sealed this event. Raises UnknownKey."""
        for rotation in self.rotations:
            if sequence <= rotation.sequence:
                return _key_with(rotation.old)
        return _key_with(self.rotations[-1].new) if self.rotations else self.newest


def _key_with(identifier: str) -> str:
    for key in key_ring():
        if chain.key_id(key) == identifier:
            return key
    raise UnknownKey(f"it is sealed with the key {identifier}, which is not in AUDIT_OLD_KEYS")
