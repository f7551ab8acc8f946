"""How often the clients nearest to this one defaulted (idea: the winners of the competition)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned as words
from scoring.ml.learned.family import Arrays, Family, Lesson, Values

COUNTS = (100, 500)
# So many clients are kept to be compared with: a page may wait a millisecond for them, not ten.
KEPT = 20_000


@dataclass(frozen=True, eq=False)
class Neighbours(Family):
    """`points` (p, d): standardised ratings and loan length, what is missing average; `defaulted` (p,).

    They are every `every`-th client of the lesson.
    """

    middle: Values
    spread: Values
    points: NDArray[np.float32]
    defaulted: NDArray[np.uint8]
    every: int

    code: ClassVar = "neighbours"
    features: ClassVar = words.NEIGHBOURS
    inputs: ClassVar = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "CREDIT_TO_ANNUITY")

    @classmethod
    def learn(cls, lesson: Lesson) -> Self | None:
        known = (~np.isnan(lesson.inputs)).sum(axis=0)
        if known.min() < 2 or len(lesson.target) < 2 * max(COUNTS):
            return None
        middle, spread = np.nanmean(lesson.inputs, axis=0), np.nanstd(lesson.inputs, axis=0)
        every = -(-len(lesson.target) // KEPT)
        points = _standardised(lesson.inputs[::every], middle, np.where(spread > 0, spread, 1.0))
        return cls(
            middle, np.where(spread > 0, spread, 1.0), points, lesson.target[::every].astype(np.uint8), every
        )

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
            "middle": self.middle,
            "spread": self.spread,
            "points": self.points,
            "defaulted": self.defaulted,
            "every": np.array(self.every),
        }

    def values(self, inputs: Values) -> Values:
        asked = _standardised(inputs, self.middle, self.spread)
        rows = [self._around(point, -1) for point in asked]
        return np.array(rows).reshape(-1, len(self.features))

    def own(self, inputs: Values) -> Values:
        asked = _standardised(inputs, self.middle, self.spread)
        mine = [at // self.every if at % self.every == 0 else -1 for at in range(len(asked))]
        return np.array([self._around(point, own) for point, own in zip(asked, mine, strict=True)])

    def _around(self, point: NDArray[np.float32], own: int) -> list[float]:
        """Default rates of the nearest, and the distance to the hundredth; the point `own` is left out."""
        apart = ((self.points - point) ** 2 @ np.ones(len(point), dtype=np.float32)).astype(np.float32)
        if own >= 0:
            apart[own] = np.inf
        nearest = np.argpartition(apart, max(COUNTS))[: max(COUNTS)]
        nearest = nearest[np.argsort(apart[nearest], kind="stable")]
        rates = [float(self.defaulted[nearest[:count]].mean()) for count in COUNTS]
        return [*rates, float(np.sqrt(apart[nearest[min(COUNTS) - 1]]))]


def _standardised(inputs: Values, middle: Values, spread: Values) -> NDArray[np.float32]:
    scaled = (inputs - middle) / spread
    return np.where(np.isnan(scaled), 0.0, scaled).astype(np.float32)
