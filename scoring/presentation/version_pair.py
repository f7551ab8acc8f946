"""Two model versions side by side, from their manifests."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import NamedTuple

from django.utils.functional import Promise

from scoring.ml.features import catalogue
from scoring.ml.metrics.intervals import Estimate
from scoring.models import ModelVersion
from scoring.presentation.formatting import localize
from scoring.presentation.metric_labels import LabelledMetric
from scoring.presentation.version_folder import VersionFolder

_LESS_IS_BETTER = frozenset({"brier", "log_loss", "ece", "cost"})
_NEITHER = frozenset({"calibration_slope"})


class MetricDifference(NamedTuple):
    """One metric of both on their hold-outs; `better` is 0, 1 or None where noise is larger."""

    label: str | Promise
    estimates: tuple[Estimate | None, Estimate | None]
    difference: float | None
    better: int | None


@dataclass(eq=False)
class VersionPair:
    versions: tuple[ModelVersion, ModelVersion]
    folders: tuple[VersionFolder, VersionFolder]

    @property
    def sides(self) -> list[tuple[ModelVersion, VersionFolder]]:
        return list(zip(self.versions, self.folders, strict=True))

    @cached_property
    def metrics(self) -> list[MetricDifference]:
        first, second = (folder.metrics for folder in self.folders)
        return [_difference(code, first.get(code), second.get(code)) for code in first or second]

    @property
    def same_data(self) -> bool:
        first, second = (folder.manifest for folder in self.folders)
        return bool(first and second and first.data.fingerprint == second.data.fingerprint)

    @cached_property
    def only(self) -> list[tuple[ModelVersion, Sequence[str]]]:
        """The labels of the features that only one of the two uses."""
        first, second = (set(version.features) for version in self.versions)
        return [
            (version, [_label(name) for name in sorted(names)])
            for version, names in zip(self.versions, (first - second, second - first), strict=True)
        ]


def _difference(code: str, first: LabelledMetric | None, second: LabelledMetric | None) -> MetricDifference:
    if first and second:
        estimates = first.holdout, second.holdout
        value = estimates[1].value - estimates[0].value
        return MetricDifference(first.label, estimates, value, _better(code, *estimates))
    label = (first or second).label  # type: ignore[union-attr]  # one of the two has the metric
    return MetricDifference(
        label, (first.holdout if first else None, second.holdout if second else None), None, None
    )


def _better(code: str, first: Estimate, second: Estimate) -> int | None:
    noise = hypot(first.high - first.low, second.high - second.low) / 2
    difference = second.value - first.value
    if code in _NEITHER or abs(difference) <= noise:
        return None
    return int((difference < 0) == (code in _LESS_IS_BETTER))


def _label(name: str) -> str:
    feature = catalogue.BY_NAME.get(name)
    return localize(feature.label) if feature else name
