from datetime import datetime
from typing import ClassVar, Self, TypedDict

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly, AppendOnlyQuerySet


class StoredFinding(TypedDict):
    """A limit that was passed, as a report stores it."""

    limit: str
    value: float
    threshold: float
    columns: list[str]


class DriftReport(AppendOnly):
    """One check for drift: the samples, every number, the limits of the day and the findings."""

    class Source(models.TextChoices):
        DESK = "desk", _("recent assessments")
        FOLDER = "folder", _("a folder of tables")

    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    source = models.CharField(_("source"), max_length=6, choices=Source.choices)
    reference = models.CharField(_("reference"), max_length=200)
    current = models.CharField(_("current"), max_length=200)
    model_version = models.CharField(_("model version"), max_length=80, blank=True)
    model_digest = models.CharField(_("digest of the model"), max_length=64, blank=True)
    reference_rows = models.PositiveIntegerField(_("rows of the reference"))
    current_rows = models.PositiveIntegerField(_("current rows"))
    numbers = models.JSONField(_("numbers"))
    limits = models.JSONField(_("limits"))
    # StoredFinding; empty: no drift.
    findings = models.JSONField(_("findings"), default=list)
    libraries = models.JSONField(_("library versions"), default=dict)
    # Evidently's own page: its file name in DRIFT_REPORTS and its SHA-256; empty where it was not made.
    page = models.CharField(_("Evidently report"), max_length=100, blank=True)
    page_digest = models.CharField(_("digest of the Evidently report"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("drift report")
        verbose_name_plural = _("drift reports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.current} {localtime(self.made_at):%Y-%m-%d %H:%M}"

    @property
    def drifted(self) -> bool:
        return bool(self.findings)


class AlertQuerySet(AppendOnlyQuerySet["Alert"]):
    def delivered_since(self, moment: datetime) -> Self:
        """Alerts that at least one channel delivered after that moment."""
        return self.filter(sent_at__gt=moment, delivered=True)


class Alert(AppendOnly):
    """A limit that was passed, and the channels by which it was sent, with the error of each."""

    report = models.ForeignKey(DriftReport, on_delete=models.PROTECT, related_name="alerts")
    limit = models.CharField(_("limit"), max_length=40, db_index=True)
    value = models.FloatField(_("value"))
    threshold = models.FloatField(_("threshold"))
    model_version = models.CharField(_("model version"), max_length=80, blank=True)
    delivered = models.BooleanField(_("delivered"))
    # [{"way": "email" | "webhook", "error": ""}]; addresses stay in the settings.
    ways = models.JSONField(_("ways"), default=list)
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)

    objects: ClassVar = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.limit} {localtime(self.sent_at):%Y-%m-%d %H:%M}"
