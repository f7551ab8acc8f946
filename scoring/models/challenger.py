from typing import ClassVar, TypedDict

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly, AppendOnlyQuerySet
from accounts.sealed_rows import sealed
from scoring.models.version import ModelVersion


class StoredDifference(TypedDict):
    """A metric of the challenger less that of the champion, with its 95 % interval, on the same clients."""

    value: float
    low: float
    high: float
    champion: float
    challenger: float
    clients: int


class StoredPairedComparison(TypedDict, total=False):
    """A retrained version against a champion, named by its digest; empty when it was not compared."""

    auc: StoredDifference
    cost: StoredDifference
    champion: str


class AppointmentQuerySet(AppendOnlyQuerySet["ChallengerAppointment"]):
    def in_force(self) -> "ChallengerAppointment | None":
        """The newest one, when it names a version; one without a version ends the one before."""
        newest = self.select_related("version", "appointed_by").order_by("-pk").first()
        return newest if newest and newest.version else None


@sealed()
class ChallengerAppointment(AppendOnly):
    """The version that scores every case in the shadow from then on; without a version, none does."""

    version = models.ForeignKey(
        ModelVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="appointments",
        verbose_name=_("version"),
    )
    # StoredPairedComparison.
    comparison = models.JSONField(_("comparison with the champion"), default=dict)
    reason = models.CharField(_("reason"), max_length=500)
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("appointed by"),
    )
    appointed_at = models.DateTimeField(_("appointed"), auto_now_add=True)

    objects: ClassVar = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment of a challenger")
        verbose_name_plural = _("appointments of challengers")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="appointment_says_why")]

    def __str__(self) -> str:
        return f"{self.version or '–'} {localtime(self.appointed_at):%Y-%m-%d %H:%M}"
