"""Corrections of an application: what changed, who changed it and why, and the inputs of before."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.case import Case
from creditdesk.models.inputs import WithInputs


@sealed()
class Correction(WithInputs, EncryptedRow, AppendOnly):
    """A correction of a case's application. Added, never changed (triggers).

    `packed_inputs` and `history_rows` are the inputs before it, in the form of a profile.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    packed_inputs = EncryptedBinaryField()
    history_rows = models.JSONField(_("history rows"), default=dict)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    # Raw column -> the value before and after, null where it was missing.
    changes = EncryptedJSONField(_("changes"), default=dict)
    reason = EncryptedTextField(_("what was wrong"), max_length=2000)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("corrected by")
    )
    corrected_at = models.DateTimeField(_("corrected"), auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["corrected_at", "pk"]
        permissions = [("correct_case", "Can correct the application of a case")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
            models.CheckConstraint(condition=~Q(digest=F("previous_digest")), name="correction_changes"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.corrected_at:%Y-%m-%d}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id
