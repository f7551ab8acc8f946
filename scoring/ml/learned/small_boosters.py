"""A small LightGBM booster that is stored as LightGBM's own text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm

Values = NDArray[np.float64]

_REGRESSION: dict[str, str | float] = {
    "objective": "regression",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "max_depth": 6,
    "feature_fraction": 0.3,
    "lambda_l2": 20.0,
    "min_data_in_leaf": 50,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbose": -1,
}
_BINARY: dict[str, str | float] = {**_REGRESSION, "objective": "binary", "num_leaves": 8, "max_depth": 4}


@dataclass(frozen=True, eq=False)
class SmallBooster:
    """Predicts (n,) from a matrix (n, k)."""

    booster: lightgbm.Booster

    @classmethod
    def fit(cls, matrix: Values, target: Values, categories: Sequence[int], *, rounds: int) -> Self:
        """Fit a regression of `target` (m,)."""
        dataset = lightgbm.Dataset(matrix, target, categorical_feature=list(categories), params=_REGRESSION)
        return cls(lightgbm.train(_REGRESSION, dataset, num_boost_round=rounds))

    @classmethod
    def fit_log_odds(
        cls, matrix: Values, target: Values, names: Sequence[str], categories: Sequence[int], *, rounds: int
    ) -> Self:
        """Fit the log-odds of `target` (m,), less those of all m rows; `names` are the matrix's columns."""
        rate = target.mean()
        dataset = lightgbm.Dataset(
            matrix,
            target,
            feature_name=list(names),
            categorical_feature=list(categories),
            init_score=np.full(len(target), np.log(rate / (1 - rate))),
            params=_BINARY,
        )
        return cls(lightgbm.train(_BINARY, dataset, num_boost_round=rounds))

    @classmethod
    def restore(cls, text: NDArray[np.uint8]) -> Self:
        """Parse the bytes of a LightGBM text; raise ValueError when they are none."""
        try:
            return cls(lightgbm.parse(text.tobytes().decode("utf-8")))
        except lightgbm.LightGBMError as error:
            raise ValueError(str(error)) from error

    def bytes(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.booster.model_to_string().encode("utf-8"), dtype=np.uint8)

    @property
    def names(self) -> Sequence[str]:
        names: list[str] = self.booster.feature_name()
        return names

    @property
    def gains(self) -> Values:
        """The total split gain of each column, (k,)."""
        gains: Values = self.booster.feature_importance("gain")
        return gains

    def predict(self, matrix: Values) -> Values:
        return lightgbm.raw_scores(self.booster, matrix)
