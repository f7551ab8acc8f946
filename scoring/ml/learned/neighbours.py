"""Default rates among a client's nearest neighbours (idea: the winners of the competition)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned
from scoring.ml.learned.family import Arrays, FeatureFamily, FitData, Values

COUNTS = (100, 500)
# The number of clients to compare with: a page may wait a millisecond for them, not ten.
MAX_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class Neighbours(FeatureFamily):
    """`points` (p, d): standardised ratings and loan length, missing ones set to the mean; `defaulted` (p,).

    They are every `every`-th client of the fit data.
    """

    mean: Values
    spread: Values
    points: NDArray[np.float32]
    defaulted: NDArray[np.uint8]
    every: int

    code: ClassVar = "neighbours"
    features: ClassVar = declared_learned.NEIGHBOURS
    inputs: ClassVar = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "CREDIT_TO_ANNUITY")

    @classmethod
    def fit(cls, data: FitData) -> Self | None:
        present = (~np.isnan(data.inputs)).sum(axis=0)
        if present.min() < 2 or len(data.target) < 2 * max(COUNTS):
            return None
        mean, deviation = np.nanmean(data.inputs, axis=0), np.nanstd(data.inputs, axis=0)
        spread = np.where(deviation > 0, deviation, 1.0)
        every = -(-len(data.target) // MAX_POINTS)
        points = _standardise(data.inputs[::every], mean, spread)
        return cls(mean, spread, points, data.target[::every].astype(np.uint8), every)

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(
            arrays["middle"],
            arrays["spread"],
            arrays["points"],
            arrays["defaulted"],
            int(arrays["every"]),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "middle": self.mean,
            "spread": self.spread,
            "points": self.points,
            "defaulted": self.defaulted,
            "every": np.array(self.every),
        }

    def transform(self, inputs: Values) -> Values:
        queries = _standardise(inputs, self.mean, self.spread)
        rows = [self._neighbourhood(query, own_point=-1) for query in queries]
        return np.array(rows).reshape(-1, len(self.features))

    def cross_fitted(self, inputs: Values) -> Values:
        queries = _standardise(inputs, self.mean, self.spread)
        own_points = [row // self.every if row % self.every == 0 else -1 for row in range(len(queries))]
        pairs = zip(queries, own_points, strict=True)
        return np.array([self._neighbourhood(query, own_point) for query, own_point in pairs])

    def _neighbourhood(self, query: NDArray[np.float32], own_point: int) -> list[float]:
        """Default rates of the nearest points, and the distance to the hundredth, without `own_point`."""
        squares = ((self.points - query) ** 2 @ np.ones(len(query), dtype=np.float32)).astype(np.float32)
        if own_point >= 0:
            squares[own_point] = np.inf
        nearest = np.argpartition(squares, max(COUNTS))[: max(COUNTS)]
        nearest = nearest[np.argsort(squares[nearest], kind="stable")]
        rates = [float(self.defaulted[nearest[:count]].mean()) for count in COUNTS]
        return [*rates, float(np.sqrt(squares[nearest[min(COUNTS) - 1]]))]


def _standardise(inputs: Values, mean: Values, spread: Values) -> NDArray[np.float32]:
    scaled = (inputs - mean) / spread
    return np.where(np.isnan(scaled), 0.0, scaled).astype(np.float32)
