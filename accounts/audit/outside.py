"""The knowledge outside the database that a verification demands: anchor, sink, heads that people kept."""

import time
from collections.abc import Sequence
from itertools import islice

from django.conf import settings

from accounts.audit import sinks, timestamps
from accounts.models import AuditEvent

# A commit is in the database a moment before its head is in the sink.
PATIENCE_SECONDS = 2.0


class OutsideBroken(Exception):
    """What is sent outside does not fit the log; the message says where."""


def check_outside(heads: Sequence[str] = ()) -> None:
    """Compare the log with what is sent of it outside. Raises OutsideBroken."""
    newest = AuditEvent.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    if newest and not settings.AUDIT_ANCHOR.exists():
        raise OutsideBroken(
            f"There is no anchor at {settings.AUDIT_ANCHOR}: newest events that were removed together with "
            "their head would not show. Find out why, then see manage.py anchor_audit --help."
        )
    for head in heads:
        sequence, _, own_hash = head.partition(":")
        _demand_all([(int(sequence) if sequence.isdecimal() else 0, own_hash)], "whoever gave this head")
    _check_sink(newest)
    if settings.AUDIT_TIMESTAMP_URL:
        _check_timestamps()


def _check_timestamps() -> None:
    newest = None
    try:
        for newest in timestamps.stored_stamps():
            _demand_all([(newest.sequence, newest.own_hash)], f"the time stamp of {newest.at:%Y-%m-%d %H:%M}")
    except timestamps.StampRefused as refusal:
        raise OutsideBroken(str(refusal)) from refusal
    if timestamps.is_late(newest):
        raise OutsideBroken(
            f"The newest events have no time stamp after {settings.AUDIT_TIMESTAMP_HOURS} hours: "
            "run manage.py timestamp_audit, daily; if it was run, stamps were removed."
        )


def _check_sink(newest: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (sent := _newest_sent()) is not None and sent < newest:
        if time.monotonic() > deadline:
            raise OutsideBroken(
                f"{settings.AUDIT_SINK} knows event {sent} and none after it, the log is at event {newest}: "
                "the sink was not reachable, or it was cut."
            )
        time.sleep(0.1)


def _newest_sent() -> int | None:
    """The newest event that a sink of the kind file knows; every one that it knows must be in the log."""
    try:
        sent = sinks.sent_heads()
        if sent is None:
            return None
        newest = 0
        while page := list(islice(sent, 500)):
            _demand_all(page, settings.AUDIT_SINK)
            newest = max(newest, *(sequence for sequence, _ in page))
    except sinks.SinkError as error:
        raise OutsideBroken(str(error)) from error
    return newest


def _demand_all(heads: Sequence[tuple[int, str]], source: str) -> None:
    events = AuditEvent.objects.filter(sequence__in=[sequence for sequence, _ in heads])
    in_log = dict(events.values_list("sequence", "own_hash"))
    for sequence, own_hash in heads:
        if in_log.get(sequence) != own_hash:
            raise OutsideBroken(
                f"event {sequence}: {source} knows it, the log does not: the database was put back to an "
                "earlier copy, or its end was written anew."
            )
