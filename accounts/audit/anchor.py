"""The newest link, written down outside the database: a database put back to an earlier state shows."""

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hmac import compare_digest
from pathlib import Path
from typing import Self

from django.conf import settings

from accounts.audit.chain import anchor_seal
from accounts.models import AuditEvent

logger = logging.getLogger(__name__)


class AnchorError(Exception):
    """The anchor file is not one that this installation wrote."""


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
            genuine = compare_digest(stored["seal"], anchor_seal(anchor.sequence, anchor.own_hash))
        except (ValueError, KeyError, TypeError) as error:
            raise AnchorError(f"{path} cannot be read") from error
        if not genuine:
            raise AnchorError(f"{path} was altered or belongs to another AUDIT_KEY")
        return anchor

    def is_in_the_log(self) -> bool:
        return AuditEvent.objects.filter(sequence=self.sequence, own_hash=self.own_hash).exists()

    def write(self) -> None:
        path: Path = settings.AUDIT_ANCHOR
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(asdict(self) | {"seal": anchor_seal(self.sequence, self.own_hash)}))
        draft.replace(path)


def advance(sequence: int, own_hash: str) -> None:
    """Move the anchor forward to a committed link; a failure is logged and never undoes the recorded act.

    It only follows the chain it knows: where its own link is gone from the log, it stays as evidence.
    """
    try:
        with _locked():
            present = Anchor.read()
            if present and not present.is_in_the_log():
                raise AnchorError(f"{settings.AUDIT_ANCHOR} knows event {present.sequence}, the log does not")
            if not present or present.sequence < sequence:
                Anchor(sequence, own_hash).write()
    except (OSError, AnchorError) as error:
        logger.error("the audit anchor stays where it is: %s", error)


def set_aside() -> None:
    """Keep the anchor of an earlier database under another name: a new database starts a new chain."""
    path: Path = settings.AUDIT_ANCHOR
    if path.exists():
        path.rename(path.with_name(f"{path.name}.{int(path.stat().st_mtime)}"))


@contextmanager
def _locked() -> Iterator[None]:
    """One writer at a time, threads and processes alike."""
    path: Path = settings.AUDIT_ANCHOR
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
