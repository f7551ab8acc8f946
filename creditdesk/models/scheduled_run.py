from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ScheduledRunQuerySet(models.QuerySet["ScheduledRun"]):
    def of(self, job: str) -> Self:
        return self.filter(job=job)

    def running(self) -> Self:
        return self.filter(outcome=ScheduledRun.Outcome.RUNNING)

    def succeeded(self) -> Self:
        return self.filter(outcome=ScheduledRun.Outcome.SUCCEEDED)

    def older_than(self, moment: datetime) -> Self:
        return self.filter(started_at__lt=moment)

    def newest_by_job(self) -> dict[str, "ScheduledRun"]:
        newest = self.order_by().values("job").annotate(newest=Max("pk")).values("newest")
        return {run.job: run for run in self.filter(pk__in=newest)}


class ScheduledRun(models.Model):
    """One attempt at a job of the schedule; the constraints keep two workers from the same one."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        INTERRUPTED = "interrupted", _("interrupted")

    job = models.CharField(_("job"), max_length=40)
    # The moment of the schedule that this run serves; a second attempt follows an interrupted one alone.
    due_at = models.DateTimeField(_("due"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    started_at = models.DateTimeField(_("started"))
    # Written every few seconds while the run goes on: where it stays the same, the worker is gone.
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome.choices, default=Outcome.RUNNING)
    message = models.CharField(_("message"), max_length=300, blank=True)
    worker = models.CharField(_("worker"), max_length=100)

    objects = ScheduledRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["job", "outcome"], name="scheduled_run_job_outcome")]
        permissions = [("view_operations", "Can see scheduled work and backups")]
        constraints = [
            models.UniqueConstraint(fields=["job", "due_at", "attempt"], name="one_run_an_attempt"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(outcome="running"), name="a_job_runs_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(outcome="running", ended_at__isnull=True)
                | (~Q(outcome="running") & Q(ended_at__isnull=False)),
                name="a_run_that_ended_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class WorkerBeatQuerySet(models.QuerySet["WorkerBeat"]):
    def alive(self, seconds: float) -> Self:
        return self.filter(seen_at__gt=timezone.now() - timedelta(seconds=seconds))


class WorkerBeat(models.Model):
    """A worker by host and process, and when it was last seen."""

    name = models.CharField(_("worker"), max_length=100, unique=True)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("seen"))

    objects = WorkerBeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.name
