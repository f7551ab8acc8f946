"""A registered version's folder, as the model pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from scoring.ml.model import folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.manifest import Manifest
from scoring.models import ModelVersion
from scoring.presentation.metric_labels import LabelledMetric, labelled_metrics


@dataclass(frozen=True, slots=True)
class VersionFolder:
    """The manifest and the card of a version; `broken` says why its folder cannot be trusted."""

    manifest: Manifest | None = None
    card: str = ""
    metrics: Mapping[str, LabelledMetric] = field(default_factory=dict)
    broken: str = ""

    @property
    def trained_at(self) -> datetime | None:
        return self.manifest.trained_at if self.manifest else None


def read_version_folder(version: ModelVersion, *, checks_all: bool = False) -> VersionFolder:
    """Read manifest and card, checked against the registered digest.

    `checks_all` checks the files that no page shows too, megabytes for each version: too much for a list.
    """
    path = settings.ML_ARTIFACTS / version.name
    try:
        manifest = folder.read_manifest(path, digest=version.digest)
        card = folder.read_card(path, manifest)
        if checks_all:
            folder.read_files(path, manifest)
    except ModelUnavailable as error:
        return VersionFolder(broken=str(error))
    return VersionFolder(manifest, card, labelled_metrics(manifest))
