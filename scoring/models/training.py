from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from scoring.models.version import ModelVersion


class TrainingClients(AppendOnly):
    """The clients that a version was trained on, which later versions are not compared on.

    Keyed digests, sorted, so that nobody without the key can identify them.
    """

    version = models.OneToOneField(
        ModelVersion, on_delete=models.PROTECT, related_name="training_clients", verbose_name=_("version")
    )
    digests = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.version_id}: {len(self.digests) // 8}"
