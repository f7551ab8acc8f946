"""A reopening: a decided or withdrawn case is pending again, by another person than who closed it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.case import Case
from creditdesk.models.decision import Decision
from creditdesk.models.withdrawal import Withdrawal


@sealed()
class Reopening(EncryptedRow, AppendOnly):
    """What closed the case before, why it is open again, and by whom. Added, never changed (triggers)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reopenings")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="reopening")
    withdrawal = models.OneToOneField(
        Withdrawal, on_delete=models.PROTECT, null=True, related_name="reopening"
    )
    # Copies of who decided or recorded the withdrawal, so that the database itself can compare.
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = EncryptedTextField(_("why the case is opened again"), max_length=2000)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["reopened_at", "pk"]
        permissions = [("reopen_case", "Can open a decided or withdrawn case again")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=True, withdrawal__isnull=False)
                | Q(decision__isnull=False, withdrawal__isnull=True),
                name="reopening_has_one_subject",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reopening_has_reason"),
            models.CheckConstraint(
                condition=~Q(reopened_by=F("closed_by"))
                & (Q(checked_by__isnull=True) | ~Q(reopened_by=F("checked_by"))),
                name="reopened_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.reopened_at:%Y-%m-%d}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id
