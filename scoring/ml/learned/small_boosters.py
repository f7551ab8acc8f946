"""A small regression that is kept as LightGBM's own text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm

Values = NDArray[np.float64]

_SETTINGS: dict[str, Any] = {
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
_OF_ODDS: dict[str, Any] = {**_SETTINGS, "objective": "binary", "num_leaves": 8, "max_depth": 4}


@dataclass(frozen=True, eq=False)
class Trees:
    """(n, k) to (n,)."""

    fitted: lightgbm.Booster

    @classmethod
    def fit(cls, matrix: Values, target: Values, categories: Sequence[int], *, rounds: int) -> Self:
        rows = lightgbm.Dataset(matrix, target, categorical_feature=list(categories), params=_SETTINGS)
        return cls(lightgbm.train(_SETTINGS, rows, num_boost_round=rounds))

    @classmethod
    def of_odds(
        cls, matrix: Values, target: Values, names: Sequence[str], categories: Sequence[int], *, rounds: int
    ) -> Self:
        """Log-odds of `target`, (m,), less those of all m rows; `names` are of the columns of `matrix`."""
        rate = target.mean()
        rows = lightgbm.Dataset(
            matrix,
            target,
            feature_name=list(names),
            categorical_feature=list(categories),
            init_score=np.full(len(target), np.log(rate / (1 - rate))),
            params=_OF_ODDS,
        )
        return cls(lightgbm.train(_OF_ODDS, rows, num_boost_round=rounds))

    @classmethod
    def restore(cls, text: NDArray[np.uint8]) -> Self:
        """Raises ValueError when the bytes are no LightGBM text."""
        try:
            return cls(lightgbm.parse(text.tobytes().decode("utf-8")))
        except lightgbm.LightGBMError as error:
            raise ValueError(str(error)) from error

    def bytes(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.fitted.model_to_string().encode("utf-8"), dtype=np.uint8)

    @property
    def names(self) -> Sequence[str]:
        names: list[str] = self.fitted.feature_name()
        return names

    @property
    def gains(self) -> Values:
        """(k,): what each column has added."""
        gains: Values = self.fitted.feature_importance("gain")
        return gains

    def values(self, matrix: Values) -> Values:
        return lightgbm.raw_scores(self.fitted, matrix)
