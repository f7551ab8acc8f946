import uuid
from datetime import timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Long enough for a client to come back with the papers, short enough to forget those who never do.
RETENTION: Final = timedelta(days=30)


class DraftQuerySet(models.QuerySet["Draft"]):
    def expired(self) -> Self:
        return self.filter(saved_at__lt=timezone.now() - RETENTION)


class Draft(models.Model):
    """A case that its author began to enter, as typed, visible to them alone.

    Deleted when the case is opened, when the author deletes it, or a month after the last change.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    answers = models.JSONField(_("answers"))
    # From a dropped file: sex, family status and outcome, for the monitoring table alone. Never shown.
    monitoring = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return str(self.answers.get("client_name") or _("without a name"))
