import uuid
from datetime import timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creditdesk.encryption.fields import EncryptedJSONField
from creditdesk.encryption.rows import EncryptedRowQuerySet, KeyOwningRow

RETENTION: Final = timedelta(days=settings.RETENTION_DAYS["drafts"])


class DraftQuerySet(EncryptedRowQuerySet["Draft"]):
    def expired(self) -> Self:
        return self.filter(saved_at__lt=timezone.now() - RETENTION)


class Draft(KeyOwningRow):
    """A case that its author began to enter, as typed, visible to them alone.

    Deleted when the case is opened, when the author deletes it, or a month after the last change.
    """

    key_column = "draft_id"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    answers = EncryptedJSONField(_("answers"), default=dict)
    # From a dropped file: sex, family status and outcome, for the monitoring table alone. Never shown.
    monitoring = EncryptedJSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return str(self.answers.get("client_name") or _("without a name"))
