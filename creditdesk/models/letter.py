import hashlib
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
from creditdesk.models.decision import Decision


@sealed()
class Letter(EncryptedRow, AppendOnly):
    """A letter or explanation pack, word for word as first written. Added, never changed (triggers)."""

    class Kind(models.TextChoices):
        LETTER = "letter", _("letter")
        EXPLANATION = "explanation", _("explanation")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    template_version = models.CharField(_("version of the wording"), max_length=12)
    text = EncryptedTextField(_("text"))
    digest = models.CharField(_("digest"), max_length=64)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["written_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind", "language", "template_version"], name="one_letter_a_version"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="letter_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.language}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @property
    def is_as_written(self) -> bool:
        return digest_of(self.text) == self.digest


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
