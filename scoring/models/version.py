from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly, AppendOnlyQuerySet
from accounts.sealed_rows import sealed


class ModelVersion(models.Model):
    """A registered folder of ``ml_artifacts``; its manifest and model stay in the folder."""

    name = models.CharField(_("version"), max_length=80, unique=True)
    digest = models.CharField(_("digest of model.json"), max_length=64)
    seal = models.CharField(_("keyed digest"), max_length=64)
    # In the order of the model, to read an old assessment when the folder is gone.
    features = models.JSONField(_("features"), default=list)
    is_demo = models.BooleanField(_("demo model"), default=False)
    registered_at = models.DateTimeField(_("registered"), auto_now_add=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("registered by"),
    )

    class Meta:
        verbose_name = _("model version")
        verbose_name_plural = _("model versions")
        permissions = [
            ("propose_model", "Can propose a model version for use"),
            ("activate_model", "Can activate a model version"),
            ("suspend_model", "Can suspend the model in use"),
            ("view_drift", "Can read drift"),
        ]

    def __str__(self) -> str:
        return self.name


class ActivationQuerySet(AppendOnlyQuerySet["Activation"]):
    def current(self) -> Self:
        return self.select_related("version").order_by("-pk")[:1]

    def as_of(self, moment: datetime) -> "Activation | None":
        """The activation in force at that moment; None before the first one."""
        return self.select_related("version").filter(activated_at__lte=moment).order_by("-pk").first()


@sealed()
class Activation(AppendOnly):
    """The version that answers from then on. Rows are only ever added; the newest one is in force."""

    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="activations", verbose_name=_("version")
    )
    activated_at = models.DateTimeField(_("activated"), auto_now_add=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("activated by"),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects: ClassVar = ActivationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.version} {localtime(self.activated_at):%Y-%m-%d %H:%M}"


class SuspensionQuerySet(AppendOnlyQuerySet["Suspension"]):
    def in_force(self, moment: datetime | None = None) -> "Suspension | None":
        """The suspension in force now, or at `moment`; None while the model may answer."""
        rows = self if moment is None else self.filter(at__lte=moment)
        newest = rows.select_related("by").order_by("-pk").first()
        return newest if newest and newest.suspends else None


@sealed()
class Suspension(AppendOnly):
    """The model was taken out of use, or put back: the newest row is in force."""

    suspends = models.BooleanField(_("suspends"))
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects: ClassVar = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="suspension_says_why")]

    def __str__(self) -> str:
        state = gettext("suspended") if self.suspends else gettext("answers again")
        return f"{state} {localtime(self.at):%Y-%m-%d %H:%M}"


def model_as_of(moment: datetime) -> ModelVersion | None:
    """The version that answered at that moment: none before the first one, and none while suspended."""
    if Suspension.objects.in_force(moment):
        return None
    activation = Activation.objects.as_of(moment)
    return activation.version if activation else None
