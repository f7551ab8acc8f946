"""Claims: a worker takes a job by a row that no second worker can add."""

import time
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from creditdesk.models import ScheduledRun
from creditdesk.monitoring.schedule import Job

LEASE_SECONDS: Final = 60.0
# A job that takes its worker down each time is left alone until it is due again.
MAX_ATTEMPTS: Final = 5
MAX_MESSAGE: Final = 300


class Leases:
    """The beats of other workers' runs, timed by this process: no clock that jumps makes one look dead."""

    def __init__(self, seconds: float = LEASE_SECONDS) -> None:
        self._seconds = seconds
        self._seen: dict[int, tuple[datetime, float]] = {}

    def has_run_out(self, run: ScheduledRun) -> bool:
        beat_at, since = self._seen.get(run.pk, (None, 0.0))
        if beat_at != run.beat_at:
            self._seen[run.pk] = (run.beat_at, time.monotonic())
            return self._seconds <= 0
        return time.monotonic() - since >= self._seconds


def claim(job: Job, *, worker: str, now: datetime, leases: Leases) -> ScheduledRun | None:
    """Take the job when it is due and nobody has it; None otherwise."""
    try:
        with transaction.atomic():
            return _claim(job, worker, now, leases)
    except IntegrityError:
        return None  # Another worker was quicker.


def _claim(job: Job, worker: str, now: datetime, leases: Leases) -> ScheduledRun | None:
    runs = ScheduledRun.objects.of(job.name)
    running = runs.running().select_for_update().first()
    if running:
        if not leases.has_run_out(running):
            return None
        _end(running, ScheduledRun.Outcome.INTERRUPTED, "its worker is gone", now)
    due_at = job.due_at(now)
    newest = runs.order_by("-due_at", "-attempt").first()
    attempt = 1
    if newest and newest.due_at >= due_at:
        # A clock that was put back has served later moments already.
        is_open = newest.due_at == due_at and newest.outcome == ScheduledRun.Outcome.INTERRUPTED
        if not is_open or newest.attempt >= MAX_ATTEMPTS:
            return None
        attempt = newest.attempt + 1
    return ScheduledRun.objects.create(
        job=job.name, due_at=due_at, attempt=attempt, started_at=now, beat_at=now, worker=worker
    )


def beat(run: ScheduledRun, now: datetime) -> bool:
    """Show that the run goes on; False when another worker has taken it for dead."""
    return ScheduledRun.objects.running().filter(pk=run.pk).update(beat_at=now) > 0


@transaction.atomic
def end(run: ScheduledRun, *, outcome: ScheduledRun.Outcome, message: str, now: datetime) -> bool:
    """Store how a run ended; False when it is not this worker's any more."""
    stored = ScheduledRun.objects.running().filter(pk=run.pk).select_for_update().first()
    if stored is None:
        return False
    _end(stored, outcome, message, now)
    return True


def _end(run: ScheduledRun, outcome: ScheduledRun.Outcome, message: str, now: datetime) -> None:
    run.outcome, run.message = outcome, message[:MAX_MESSAGE]
    run.ended_at = max(now, run.started_at)
    run.save(update_fields=["outcome", "message", "ended_at"])
