from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from scoring.models.version import ModelVersion


class TrainingClients(AppendOnly):
    """Which clients a version has learned from: later ones are compared on others. Keyed digests, sorted, so
    that nobody without the key can tell who they are."""

    version = models.OneToOneField(
        ModelVersion, on_delete=models.PROTECT, related_name="training_clients", verbose_name=_("version")
    )
    digests = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.version_id}: {len(self.digests) // 8}"
