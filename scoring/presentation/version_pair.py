"""Two model versions held against each other, from what their folders say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language

from scoring.ml.features import catalogue
from scoring.models import ModelVersion
from scoring.presentation.metric_labels import Measure

_LESS_IS_BETTER = frozenset({"brier", "log_loss", "ece", "cost"})
_NEITHER = frozenset({"calibration_slope"})


class Difference(NamedTuple):
    """One measure of both on their hold-outs; `better` is 0, 1 or None where noise is larger."""

    label: str | Promise
    figures: tuple[Mapping[str, float] | None, Mapping[str, float] | None]
    difference: float | None
    better: int | None


@dataclass(eq=False)
class Pair:
    versions: tuple[ModelVersion, ModelVersion]
    folders: tuple[Mapping[str, Any], Mapping[str, Any]]

    @property
    def sides(self) -> list[tuple[ModelVersion, Mapping[str, Any]]]:
        return list(zip(self.versions, self.folders, strict=True))

    @cached_property
    def measures(self) -> list[Difference]:
        one, other = (folder.get("metrics", {}) for folder in self.folders)
        return [_difference(code, one.get(code), other.get(code)) for code in [*one, *(other.keys() - one)]]

    @property
    def same_data(self) -> bool:
        prints = [folder.get("facts", {}).get("data", {}).get("fingerprint") for folder in self.folders]
        return prints[0] is not None and prints[0] == prints[1]

    @cached_property
    def only(self) -> list[tuple[ModelVersion, Sequence[str]]]:
        """The features that only one of the two reads."""
        names = [set(version.features) for version in self.versions]
        differences = (names[0] - names[1], names[1] - names[0])
        return [
            (version, [_label(name) for name in sorted(own)])
            for version, own in zip(self.versions, differences, strict=True)
        ]


def _difference(code: str, one: Measure | None, other: Measure | None) -> Difference:
    label = (one or other).label  # type: ignore[union-attr]  # asked only for what either has
    first, second = (measure.holdout if measure else None for measure in (one, other))
    if not (first and second):
        return Difference(label, (first, second), None, None)
    value = second["value"] - first["value"]
    return Difference(label, (first, second), value, _better(code, value, first, second))


def _better(code: str, value: float, first: Mapping[str, float], second: Mapping[str, float]) -> int | None:
    noise = hypot(first["high"] - first["low"], second["high"] - second["low"]) / 2
    if code in _NEITHER or abs(value) <= noise:
        return None
    return int((value < 0) == (code in _LESS_IS_BETTER))


def _label(name: str) -> str:
    feature = catalogue.BY_NAME.get(name)
    if feature is None:
        return name
    return feature.label.fr if (get_language() or "").startswith("fr") else feature.label.en
