"""A withdrawal: the client takes the application back; neither an acceptance nor a refusal."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.case import Case


class WithdrawalQuerySet(EncryptedRowQuerySet["Withdrawal"]):
    def in_force(self) -> Self:
        return self.filter(reopened_at__isnull=True)


@sealed()
class Withdrawal(EncryptedRow):
    """The client withdraws a pending application; only a reopening of the case ends it."""

    class Channel(models.TextChoices):
        LETTER = "letter", _("by letter")
        EMAIL = "email", _("by e-mail")
        PHONE = "phone", _("by telephone")
        IN_PERSON = "in_person", _("in person")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="withdrawals")
    channel = models.CharField(_("how the client said it"), max_length=9, choices=Channel.choices)
    received_on = models.DateField(_("withdrawn on"))
    reason = EncryptedTextField(_("reason"), max_length=2000, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    reopened_at = models.DateTimeField(null=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        permissions = [("withdraw_case", "Can record that a client withdraws")]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(reopened_at__isnull=True), name="one_withdrawal_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.received_on}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id
