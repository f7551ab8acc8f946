"""Data keys, and the erasures that deleted them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.models.client import Client
from creditdesk.models.draft import Draft
from creditdesk.models.idempotency import StoredAnswer


class DataKey(models.Model):
    """The key of a client's words, of a draft, of a stored answer, or of a day's applications without a case.

    Wrapped by a key of the settings. `creditdesk.encryption.keyring` reads and writes these rows.
    """

    number = models.BigIntegerField(primary_key=True)
    wrapped = models.BinaryField()
    client = models.OneToOneField(Client, on_delete=models.CASCADE, null=True, related_name="data_key")
    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, null=True, related_name="data_key")
    answer = models.OneToOneField(StoredAnswer, on_delete=models.CASCADE, null=True, related_name="data_key")
    day = models.CharField(max_length=10, null=True, unique=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(client__isnull=False, draft=None, answer=None, day=None)
                | Q(client=None, draft__isnull=False, answer=None, day=None)
                | Q(client=None, draft=None, answer__isnull=False, day=None)
                | Q(client=None, draft=None, answer=None, day__isnull=False),
                name="data_key_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return str(self.number)


@sealed()
class Erasure(AppendOnly):
    """A data key was deleted: of a client by two people, or of what retention let expire. Only grows."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, null=True, related_name="erasure")
    # The applications of that day that belonged to no case, as 2026-11-28.
    day = models.CharField(max_length=10, blank=True)
    key_number = models.BigIntegerField(_("number of the data key"))
    # Null: by the retention table of the settings.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("erased"), auto_now_add=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        permissions = [("erase_client", "Can erase a client's words, or approve it")]
        constraints = [
            models.CheckConstraint(
                condition=Q(by=None, approved_by=None)
                | Q(by__isnull=False, approved_by__isnull=False) & ~Q(by=F("approved_by")),
                name="erasure_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=False, day="") | Q(client=None) & ~Q(day=""),
                name="erasure_of_client_or_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_id or self.day} {self.at:%Y-%m-%d}"
