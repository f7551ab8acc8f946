"""Schedule: the jobs of the settings, the moments at which they are due, and which of them are late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.management import get_commands
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk.models import ScheduledRun, WorkerBeat

# A worker writes its beat every few seconds.
ALIVE_SECONDS: Final = 120.0
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_GRACE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is due again and again, counted from one hour of the day (UTC)."""

    name: str
    command: tuple[str, ...]
    every: timedelta
    from_hour: float = 0.0

    def due_at(self, now: datetime) -> datetime:
        """The newest moment of the schedule that has come; moments that were missed are not made up for."""
        first = _EPOCH + timedelta(hours=self.from_hour)
        return first + (now - first) // self.every * self.every

    def next_due_at(self, now: datetime) -> datetime:
        return self.due_at(now) + self.every

    @property
    def patience(self) -> timedelta:
        """How old the last success may be before the job counts as late."""
        return self.every * 1.5 + _GRACE


@dataclass(frozen=True, slots=True)
class JobState:
    """A job with its last run, its last success, and whether that is too long ago."""

    job: Job
    last_run: ScheduledRun | None
    last_success: ScheduledRun | None
    is_late: bool

    @property
    def has_failed(self) -> bool:
        return self.last_run is not None and self.last_run.outcome == ScheduledRun.Outcome.FAILED


def jobs() -> list[Job]:
    """The jobs that this installation runs, in the order of the settings."""
    commands = get_commands()
    scheduled = []
    for name, entry in settings.SCHEDULE.items():
        hours = settings.SCHEDULE_HOURS.get(name, entry["hours"])
        command = tuple(entry["command"])
        is_configured = "needs" not in entry or bool(getattr(settings, entry["needs"]))
        if hours > 0 and command[0] in commands and is_configured:
            scheduled.append(Job(name, command, timedelta(hours=hours), entry.get("from_hour", 0.0)))
    return scheduled


def states(now: datetime | None = None) -> Sequence[JobState]:
    """Every job as it stands; three queries."""
    now = now or timezone.now()
    runs = ScheduledRun.objects.exclude(outcome=ScheduledRun.Outcome.RUNNING).newest_by_job()
    successes = ScheduledRun.objects.succeeded().newest_by_job()
    begun = _installed_at() or now
    return [
        JobState(job, runs.get(job.name), success, _is_late(job, success, begun, now))
        for job in jobs()
        for success in [successes.get(job.name)]
    ]


def a_worker_is_alive() -> bool:
    return WorkerBeat.objects.alive(ALIVE_SECONDS).exists()


def _is_late(job: Job, success: ScheduledRun | None, begun: datetime, now: datetime) -> bool:
    """A job that never succeeded is late once the desk itself is old enough."""
    since = success.ended_at if success and success.ended_at else begun
    return now - since > job.patience


def _installed_at() -> datetime | None:
    return AuditEvent.objects.order_by("sequence").values_list("at", flat=True).first()
