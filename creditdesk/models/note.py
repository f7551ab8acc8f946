from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.case import Case


@sealed()
class Note(EncryptedRow, AppendOnly):
    """Somebody's note on a case. Added, never changed (triggers)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = EncryptedTextField(_("note"), max_length=4000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_has_text")]

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    def __str__(self) -> str:
        return str(self.text)[:60]
