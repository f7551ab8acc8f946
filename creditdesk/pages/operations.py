"""Operations page: what is missing, scheduled work, backups, the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.audit import Action
from accounts.models import AuditEvent, AuditHead, User
from accounts.roles import Role
from creditdesk.models import Case, ScheduledRun, WorkerBeat
from creditdesk.monitoring import schedule
from scoring import engine
from scoring.models import Activation

SHOWN_BACKUPS: Final = 10
JOB_LABELS: Final[Mapping[str, str | Promise]] = {
    "verify_audit": _("Verification of the audit log"),
    "timestamp_audit": _("Time stamp of the audit log"),
    "backup": _("Backup"),
    "apply_retention": _("Retention"),
    "check_drift": _("Check for drift"),
    "maintain_queues": _("Upkeep of the queues"),
    "send_digests": _("Digests of notifications"),
    "purge": _("Purge of expired sessions, drafts and answers"),
}


class JobRow(NamedTuple):
    """A job of the schedule as the table shows it."""

    name: str
    label: str | Promise
    command: str
    state: str
    last_run: ScheduledRun | None
    last_success: datetime | None
    next_due_at: datetime


class SetupStep(NamedTuple):
    """Something that a new desk needs, and the command that brings it."""

    label: str | Promise
    command: str
    is_done: bool


class BackupRow(NamedTuple):
    """A backup as the audit log knows it."""

    made_at: datetime
    name: str
    until: int
    size: int
    encryption: str


@dataclass(eq=False)
class OperationsPage:
    now: datetime

    @classmethod
    def of_today(cls) -> "OperationsPage":
        return cls(timezone.now())

    @cached_property
    def jobs(self) -> list[JobRow]:
        running = {run.job: run for run in ScheduledRun.objects.running()}
        return [_job_row(state, running.get(state.job.name), self.now) for state in schedule.states(self.now)]

    @cached_property
    def late(self) -> list[JobRow]:
        return [row for row in self.jobs if row.state == "late"]

    @cached_property
    def failed(self) -> list[JobRow]:
        return [row for row in self.jobs if row.state == "failed"]

    @cached_property
    def waiting(self) -> list[JobRow]:
        """Without a worker: what is due and not done."""
        if schedule.a_worker_is_alive():
            return []
        return [row for row in self.jobs if row.last_success is None or _is_due(row)]

    @cached_property
    def workers(self) -> Sequence[WorkerBeat]:
        return list(WorkerBeat.objects.alive(schedule.ALIVE_SECONDS))

    @property
    def model_failure(self) -> str:
        """Why the model in use cannot be loaded, "" while it can."""
        return engine.failure()

    @property
    def head(self) -> AuditHead | None:
        return AuditHead.objects.first()

    @property
    def backup_is_scheduled(self) -> bool:
        return bool(settings.BACKUP_DESTINATION)

    @cached_property
    def backups(self) -> list[BackupRow]:
        events = AuditEvent.objects.filter(action=Action.BACKUP)[:SHOWN_BACKUPS]
        return [_backup_row(event.at, event.target, event.details) for event in events]

    @cached_property
    def missing(self) -> list[SetupStep]:
        """Steps of the first deployment that are still to be done, in their order."""
        return [step for step in _setup_steps() if not step.is_done]


def _setup_steps() -> list[SetupStep]:
    active = User.objects.filter(is_active=True)
    return [
        SetupStep(
            _("A model in use: without one every verdict is “refer”"),
            "manage.py train DIR --name V; manage.py activate V",
            Activation.objects.exists(),
        ),
        SetupStep(
            _("An advisor, who gets the cases: add one in the administration"),
            "",
            active.filter(role=Role.ADVISOR).exists(),
        ),
        SetupStep(_("Cases"), "manage.py import_portfolio DIR", Case.objects.exists()),
        SetupStep(_("A worker for the scheduled work"), "manage.py worker", WorkerBeat.objects.exists()),
        SetupStep(
            _("A place for backups: the setting BACKUP_DESTINATION"), "", bool(settings.BACKUP_DESTINATION)
        ),
    ]


def _job_row(state: schedule.JobState, running: ScheduledRun | None, now: datetime) -> JobRow:
    job, run = state.job, running or state.last_run
    return JobRow(
        name=job.name,
        label=JOB_LABELS.get(job.name, job.name),
        command=f"manage.py {job.command[0]}",
        state=_state_of(state, running),
        last_run=run,
        last_success=state.last_success.ended_at if state.last_success else None,
        next_due_at=job.next_due_at(now),
    )


def _state_of(state: schedule.JobState, running: ScheduledRun | None) -> str:
    if state.is_late:
        return "late"
    if running:
        return "running"
    if state.has_failed:
        return "failed"
    return "done" if state.last_success else "waiting"


def _is_due(row: JobRow) -> bool:
    """Whether the last run served an earlier moment than the one that has come."""
    every = {job.name: job.every for job in schedule.jobs()}[row.name]
    return row.last_run is None or row.last_run.due_at < row.next_due_at - every


def _backup_row(made_at: datetime, name: str, details: Mapping[str, Any]) -> BackupRow:
    return BackupRow(made_at, name, details["until"], details["size"], details["encryption"])
