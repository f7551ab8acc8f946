"""The newest link, written down outside the database: a database put back to an earlier state shows."""

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hmac import compare_digest
from pathlib import Path
from typing import Final, Self

from django.conf import settings

from accounts.audit import sinks
from accounts.audit.chain import anchor_seal
from accounts.audit.keys import KeySchedule, UnknownKey
from accounts.models import AuditEvent
from accounts.prepared_queries import Prepared

logger = logging.getLogger(__name__)


class AnchorError(Exception):
    """The anchor file is not one that this installation wrote, or it is not there."""


# A query of every act. The markers: no sequence is that long, no digest is words.
_LINK: Final = Prepared(
    lambda sequence, own_hash: (
        AuditEvent.objects.order_by().filter(sequence=sequence, own_hash=own_hash).values_list("sequence")
    ),
    7_000_000_000_003,
    "a digest",
)


@dataclass(frozen=True)
class Anchor:
    sequence: int
    own_hash: str

    @classmethod
    def read(cls) -> Self | None:
        """The anchor on disk, or nothing where there is none."""
        path: Path = settings.AUDIT_ANCHOR
        if not path.exists():
            return None
        try:
            stored = json.loads(path.read_text())
            anchor = cls(int(stored["sequence"]), str(stored["own_hash"]))
            genuine = anchor._is_sealed_with(stored["seal"])
        except (ValueError, KeyError, TypeError) as error:
            raise AnchorError(f"{path} cannot be read") from error
        if not genuine:
            raise AnchorError(f"{path} was altered or belongs to another AUDIT_KEY")
        return anchor

    def is_in_the_log(self) -> bool:
        return _LINK.first(self.sequence, self.own_hash) is not None

    def write(self, key: str | None = None) -> None:
        path: Path = settings.AUDIT_ANCHOR
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(asdict(self) | {"seal": anchor_seal(self.sequence, self.own_hash, key)}))
        draft.replace(path)

    def _is_sealed_with(self, seal: str) -> bool:
        return any(
            compare_digest(seal, anchor_seal(self.sequence, self.own_hash, key)) for key in self._keys()
        )

    def _keys(self) -> set[str]:
        """The key of the anchored event; and of the next, for a rotation anchors itself with the new key."""
        if not settings.AUDIT_OLD_KEYS:
            return {settings.AUDIT_KEY}
        schedule, keys = KeySchedule.load(), set()
        for sequence in (self.sequence, self.sequence + 1):
            try:
                keys.add(schedule.key_of(sequence))
            except UnknownKey:
                continue
        return keys


def advance(newest: Anchor, key: str | None = None, *, is_first: bool = False) -> None:
    """Move the anchor forward to a committed link; a failure is logged and never undoes the recorded act.

    It only follows the chain it knows: where its own link is gone from the log, it stays as evidence, and
    where it is gone itself, nobody makes another one but a person (`manage.py anchor_audit`).
    """
    sinks.send(newest.sequence, newest.own_hash)
    try:
        with locked():
            present = Anchor.read()
            if present and not present.is_in_the_log():
                raise AnchorError(f"{settings.AUDIT_ANCHOR} knows event {present.sequence}, the log does not")
            if not present and not is_first:
                raise AnchorError(f"{settings.AUDIT_ANCHOR} is gone; see manage.py anchor_audit --help")
            if not present or present.sequence < newest.sequence:
                newest.write(key)
    except (OSError, AnchorError) as error:
        logger.error("the audit anchor stays where it is: %s", error)


def set_aside() -> None:
    """Keep the anchor of an earlier database under another name: a new database starts a new chain."""
    path: Path = settings.AUDIT_ANCHOR
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{int(path.stat().st_mtime)}"))


@contextmanager
def locked() -> Iterator[None]:
    """One writer at a time, threads and processes alike."""
    path: Path = settings.AUDIT_ANCHOR
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
