"""Imputed external ratings: those of similar clients, and the residual of the client's own ratings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned
from scoring.ml.features.application import columns as application
from scoring.ml.features.spec.feature import Unit
from scoring.ml.learned.family import Arrays, FeatureFamily, FitData, Values
from scoring.ml.learned.small_boosters import SmallBooster

RATINGS = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
_PREDICTORS = tuple(feature for feature in application.FEATURES if feature.name not in RATINGS)
_CATEGORIES = tuple(
    len(RATINGS) + index for index, feature in enumerate(_PREDICTORS) if feature.unit is Unit.CATEGORY
)
# A client's rating is imputed by the booster of the other half, which was not fitted on its own rating.
HALVES = 2
MIN_RATED_CLIENTS = 200  # in each half
ROUNDS = 80


@dataclass(frozen=True, eq=False)
class ImputedRatings(FeatureFamily):
    """For each rating in order, one booster per half of the clients."""

    boosters: Sequence[Sequence[SmallBooster]]

    code: ClassVar = "expected"
    features: ClassVar = declared_learned.IMPUTED_RATINGS
    inputs: ClassVar = (*RATINGS, *(feature.name for feature in _PREDICTORS))

    @classmethod
    def fit(cls, data: FitData) -> Self | None:
        halves = np.arange(len(data.inputs)) % HALVES
        present = ~np.isnan(data.inputs[:, : len(RATINGS)])
        if present.sum(axis=0).min() < HALVES * MIN_RATED_CLIENTS:
            return None
        predictors = _without_ratings(data.inputs)
        return cls(
            [
                [
                    SmallBooster.fit(predictors[rows], data.inputs[rows, rating], _CATEGORIES, rounds=ROUNDS)
                    for half in range(HALVES)
                    for rows in [present[:, rating] & (halves == half)]
                ]
                for rating in range(len(RATINGS))
            ]
        )

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(
            [
                [SmallBooster.restore(arrays[f"{rating}_{half}"]) for half in range(HALVES)]
                for rating in RATINGS
            ]
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            f"{rating}_{half}": booster.bytes()
            for rating, halves in zip(RATINGS, self.boosters, strict=True)
            for half, booster in enumerate(halves)
        }

    def transform(self, inputs: Values) -> Values:
        predictors = _without_ratings(inputs)
        by_half = [np.array([booster.predict(predictors) for booster in halves]) for halves in self.boosters]
        return _ratings_and_residuals(inputs, [(first + second) / HALVES for first, second in by_half])

    def cross_fitted(self, inputs: Values) -> Values:
        predictors, halves = _without_ratings(inputs), np.arange(len(inputs)) % HALVES
        imputed = [np.empty(len(inputs)) for _ in RATINGS]
        for ratings, boosters in zip(imputed, self.boosters, strict=True):
            for half in range(HALVES):
                ratings[halves == half] = boosters[1 - half].predict(predictors[halves == half])
        return _ratings_and_residuals(inputs, imputed)


def _without_ratings(inputs: Values) -> Values:
    """The inputs with the ratings set to missing, so that columns keep their positions."""
    predictors = inputs.copy()
    predictors[:, : len(RATINGS)] = np.nan
    return predictors


def _ratings_and_residuals(inputs: Values, imputed: Sequence[Values]) -> Values:
    """(n, 6): for each rating, the imputed one and the client's own less the imputed one."""
    pairs = [(ratings, inputs[:, column] - ratings) for column, ratings in enumerate(imputed)]
    return np.column_stack([values for pair in pairs for values in pair])
