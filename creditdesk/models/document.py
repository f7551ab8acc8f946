"""Documents of a case: what the client handed in, and the letters that ask for what is missing."""

import hashlib
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedBinaryField, EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow, EncryptedRowQuerySet
from creditdesk.models.case import Case


class DocumentKind(models.TextChoices):
    IDENTITY = "identity", _("Proof of identity")
    ADDRESS = "address", _("Proof of address")
    PAYSLIP = "payslip", _("Payslip")
    STATEMENT = "statement", _("Bank statement")
    TAX = "tax", _("Tax notice")
    QUOTE = "quote", _("Quote or invoice")
    OTHER = "other", _("Other document")


class DocumentQuerySet(EncryptedRowQuerySet["Document"]):
    def on_file(self) -> Self:
        """Documents that were not removed, without their content."""
        return self.filter(removed_at__isnull=True).defer("content")


# The content is left out: it is emptied when a document is removed, and `digest` stands for it.
@sealed(
    "id",
    "case_id",
    "kind",
    "name",
    "content_type",
    "size",
    "digest",
    "added_by_id",
    "added_at",
    "removed_by_id",
    "removed_at",
    "removal_reason",
)
class Document(EncryptedRow):
    """A file of the client. Added, never changed; removed once, by a person who says why (triggers)."""

    class ContentType(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind.choices)
    name = EncryptedTextField(_("file name"), max_length=200)
    content = EncryptedBinaryField(_("content"))
    content_type = models.CharField(_("format"), max_length=20, choices=ContentType.choices)
    # Bytes of the content, and its SHA-256.
    size = models.PositiveIntegerField(_("size"))
    digest = models.CharField(_("digest"), max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(_("removed"), null=True)
    removal_reason = EncryptedTextField(_("why it was removed"), max_length=500, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["added_at", "pk"]
        permissions = [("remove_document", "Can remove a document")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "digest"], condition=Q(removed_at__isnull=True), name="one_document_a_content"
            ),
            models.CheckConstraint(condition=Q(size__gt=0) & ~Q(name=""), name="document_has_content"),
            models.CheckConstraint(
                condition=Q(
                    removed_at__isnull=True, removed_by__isnull=True, removal_reason="", content__gt=b""
                )
                | (
                    Q(removed_at__isnull=False, removed_by__isnull=False, content=b"") & ~Q(removal_reason="")
                ),
                name="removal_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id

    @property
    def is_as_added(self) -> bool:
        return digest_of(bytes(self.content)) == self.digest


@sealed()
class DocumentRequest(EncryptedRow, AppendOnly):
    """A letter that asks the client for documents, word for word. Added, never changed (triggers)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="document_requests")
    kinds = models.JSONField(_("documents"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    text = EncryptedTextField(_("text"))
    digest = models.CharField(_("digest"), max_length=64)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="document_request_has_text")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.language}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
