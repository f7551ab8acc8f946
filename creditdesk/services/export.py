"""Exports that prove to be whole: the log has the digest of each one that was sent to its end."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.audit.verification import is_genuine
from accounts.models import AuditEvent, User


@dataclass(frozen=True, slots=True)
class WholeExport:
    """The event that knows a file, and the number of its lines."""

    event: AuditEvent
    lines: int


def export_policy_cases(*, lines: Iterable[str], cases: int, by: User) -> Iterator[str]:
    """Record the export of compared cases; the lines as they are, with their digest in the log at the end."""
    return export_figures(lines=lines, details={"policy_desk": True, "cases": cases}, by=by)


@transaction.atomic
def export_figures(*, lines: Iterable[str], details: Mapping[str, Any], by: User) -> Iterator[str]:
    """Record an export of figures; the lines as they are, with their digest in the log at the end."""
    if not by.has_perm("creditdesk.export_cases"):
        raise PermissionDenied
    event = audit.record(action=Action.EXPORT, actor=by, details=dict(details))
    return sent_to_the_end(lines, export=event.sequence, by=by)


def sent_to_the_end(lines: Iterable[str], *, export: int, by: User) -> Iterator[str]:
    """The lines as they are; after the last one, the log gets their digest.

    Whoever reads no further, and a process that is killed, leaves the event of the beginning alone.
    """
    digest, count = hashlib.sha256(), 0
    for line in lines:
        digest.update(line.encode())
        count += line.endswith("\n")
        yield line
    _record(export=export, lines=count, sha256=digest.hexdigest(), by=by)


def whole_export(path: Path) -> WholeExport | None:
    """The export that this file is, to its last byte; None for one that was cut off or changed."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    events = AuditEvent.objects.filter(action=Action.EXPORT_FINISHED, target=digest)
    event = events.order_by("-sequence").first()
    if event is None or not is_genuine(event):
        return None
    return WholeExport(event, event.details["lines"])


@transaction.atomic
def _record(*, export: int, lines: int, sha256: str, by: User) -> None:
    details = {"export": export, "lines": lines}
    audit.record(action=Action.EXPORT_FINISHED, actor=by, target=sha256, details=details)
