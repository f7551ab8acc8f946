from datetime import timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey
from creditdesk.encryption.fields import EncryptedBinaryField
from creditdesk.encryption.rows import EncryptedRowQuerySet, KeyOwningRow

RETENTION: Final = timedelta(days=settings.RETENTION_DAYS["answers"])


class StoredAnswerQuerySet(EncryptedRowQuerySet["StoredAnswer"]):
    def valid(self) -> Self:
        return self.filter(answered_at__gt=timezone.now() - RETENTION)

    def expired(self) -> Self:
        return self.exclude(pk__in=self.valid())


class StoredAnswer(KeyOwningRow):
    """The answer to a request with an Idempotency-Key, sent again when the request is repeated.

    It is written together with the evidence of the answer and deleted when it has expired.
    """

    key_column = "answer_id"

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="answers")
    idempotency_key = models.CharField(max_length=255)
    # SHA-256 of the path and the body: the same key may not be used for another request.
    request_digest = models.CharField(max_length=64, db_column="question")
    # JSON, compressed: a batch with contributions is some megabytes.
    body = EncryptedBinaryField()
    # The cases that the answer speaks of; unknown for an answer of an earlier release.
    references = models.JSONField(null=True)
    answered_at = models.DateTimeField(_("answered"), auto_now_add=True, db_index=True)

    objects = StoredAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "idempotency_key"], name="one_answer_an_idempotency_key"
            )
        ]

    def __str__(self) -> str:
        return self.idempotency_key
