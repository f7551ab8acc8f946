"""The audit log as CSV: the events that the filters of the list select, oldest first."""

import csv
import json
from collections.abc import Iterator
from itertools import chain
from typing import Final

from django.db.models import QuerySet
from django.utils.timezone import localtime

from accounts.csv_cells import Line, safe_text
from accounts.models import AuditEvent

HEADER: Final = (
    "sequence", "at", "actor", "action", "target", "details", "request_id", "previous_hash", "own_hash",
)  # fmt: skip
ROWS_AT_ONCE: Final = 2000


def audit_lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """Yield the lines of the file, header first."""
    writer = csv.writer(Line(), lineterminator="\r\n")
    for row in chain([HEADER], _rows(events)):
        yield writer.writerow(row)


def _rows(events: QuerySet[AuditEvent]) -> Iterator[tuple[object, ...]]:
    for event in events.order_by("sequence").iterator(chunk_size=ROWS_AT_ONCE):
        details = json.dumps(event.details, sort_keys=True, ensure_ascii=False)
        yield (
            event.sequence,
            localtime(event.at).isoformat(timespec="seconds"),
            safe_text(event.actor),
            event.action,
            safe_text(event.target),
            safe_text(details),
            safe_text(event.request_id),
            event.previous_hash,
            event.own_hash,
        )
