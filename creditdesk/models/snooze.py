"""A snooze: a case that is put aside until a day."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.case import Case


class SnoozeQuerySet(EncryptedRowQuerySet["Snooze"]):
    def in_force(self) -> Self:
        """Snoozes that still keep their case out of the queue: on its day it is back without any act."""
        return self.filter(ended_at__isnull=True, until_on__gt=timezone.localdate())


@sealed()
class Snooze(EncryptedRow):
    """A pending case waits for something until a day; it is in nobody's queue meanwhile."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="snoozes")
    until_on = models.DateField(_("back on"))
    reason = EncryptedTextField(_("what it waits for"), max_length=2000)
    snoozed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    snoozed_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        ordering = ["snoozed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="one_snooze_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="snooze_has_reason"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="end_of_snooze_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.until_on}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @property
    def is_in_force(self) -> bool:
        return self.ended_at is None and self.until_on > timezone.localdate()
