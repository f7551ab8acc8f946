from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from scoring.models.version import Activation, ModelVersion

MIN_REASON_LENGTH = 20


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def pending(self) -> Self:
        return self.filter(status=Proposal.Status.PENDING)

    def with_people(self) -> Self:
        return self.select_related("version", "proposed_by", "answered_by")


@sealed()
class Proposal(models.Model):
    """A version that one person proposes and a second person answers, with the gates at that time."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for a second person")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("version")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    # As measured when it was answered: [{"code", "state", "detail"}].
    gates = models.JSONField(_("gates"), default=list)
    overrides_gates = models.BooleanField(_("approved although a gate was failed"), default=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer_reason = models.CharField(_("second person's reason"), max_length=500, blank=True)
    activation = models.OneToOneField(
        Activation, on_delete=models.PROTECT, null=True, related_name="proposal", editable=False
    )

    objects: ClassVar = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(status="pending"), name="one_pending_proposal"
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
                name="answered_by_another",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), MIN_REASON_LENGTH),
                name="proposal_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "withdrawn"], answered_by__isnull=True)
                | GreaterThanOrEqual(Length("answer_reason"), MIN_REASON_LENGTH)
                & Q(status__in=["approved", "rejected"], answered_by__isnull=False),
                name="answer_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", activation__isnull=False)
                | ~Q(status="approved") & Q(activation__isnull=True),
                name="approval_activates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_status_display()}"
