from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedJSONField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.case import Case


@sealed()
class DeclaredCharges(EncryptedRow, AppendOnly):
    """What a client declares to pay each month, and for how many people. Added, never changed (triggers)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="charges", verbose_name=_("case"))
    # By name: housing, loans (at other lenders), other, members (of the household).
    amounts = EncryptedJSONField(_("amounts"), default=dict)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    declared_at = models.DateTimeField(_("entered"), auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("declared charges")
        verbose_name_plural = _("declared charges")
        ordering = ["declared_at", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.declared_at}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id
