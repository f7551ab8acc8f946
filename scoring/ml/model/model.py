"""A loaded model version: features in, probabilities and contributions out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.features.plan import plan_of
from scoring.ml.features.spec.formula import Columns
from scoring.ml.learned.learned_features import LearnedFeatures
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.model.manifest import Manifest

# A plan keeps every intermediate result: beyond so many clients, columns one by one are quicker.
MAX_PLANNED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Scores:
    """`raw`: log-odds before calibration, (n,); `probability`: the calibrated probability, (n,)."""

    raw: NDArray[np.float64]
    probability: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contributions:
    """Log-odds before calibration, taken apart: raw = base + values.sum(axis=1); (n, k) and (n,)."""

    values: NDArray[np.float64]
    base: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Model:
    """One version, immutable; every method may be called from several threads at once."""

    digest: str
    manifest: Manifest = field(repr=False)
    trees: lightgbm.Booster = field(repr=False)
    fill: NDArray[np.float64] = field(repr=False)
    # None for a folder that was trained without it.
    explainer: ExplainerData | None = field(default=None, repr=False)
    learned_features: LearnedFeatures = field(default=LearnedFeatures(), repr=False)

    @property
    def version(self) -> str:
        return self.manifest.name

    @property
    def features(self) -> tuple[str, ...]:
        return self.manifest.features

    @property
    def columns(self) -> tuple[str, ...]:
        """The raw columns and history aggregates that the features are computed from."""
        return plan_of(self.learned_features.plain_names(self.features)).inputs

    @property
    def threshold(self) -> float:
        return self.manifest.threshold

    @property
    def calibration(self) -> Calibration:
        return self.manifest.calibration

    @property
    def is_demo(self) -> bool:
        return self.manifest.is_demo

    def matrix(self, columns: Columns) -> NDArray[np.float64]:
        """The model's input rows, (n, k), from raw columns and history aggregates; NaN where missing."""
        size = len(next(iter(columns.values()), ()))

        def plain(names: Sequence[str]) -> NDArray[np.float64]:
            if size > MAX_PLANNED:
                return feature_matrix(columns, names)
            return plan_of(tuple(names)).of_columns(columns, size)

        return self.learned_features.matrix(plain, self.features)

    def rows(self, records: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
        """The same rows, (n, k), from the records of one client or a few: quicker than by columns."""

        def plain(names: Sequence[str]) -> NDArray[np.float64]:
            return plan_of(tuple(names)).of_records(records)

        return self.learned_features.matrix(plain, self.features)

    def score(self, matrix: NDArray[np.float64]) -> Scores:
        raw = lightgbm.raw_scores(self.trees, self._filled(matrix))
        return Scores(raw=raw, probability=self.calibration.probability(raw))

    def contributions(self, matrix: NDArray[np.float64]) -> Contributions:
        values = lightgbm.contributions(self.trees, self._filled(matrix))
        return Contributions(values=values[:, :-1], base=values[:, -1])

    def _filled(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """LightGBM reads a missing value as 0 where training never saw one; those get their training median.

        Not part of `matrix`: what is stored with an assessment and shown to a person stays missing.
        """
        return np.where(np.isnan(matrix), self.fill, matrix)
