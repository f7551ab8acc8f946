"""The external ratings that clients like this one have, and how far the client's own are from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned as words
from scoring.ml.features.application import columns as application
from scoring.ml.features.spec.feature import Unit
from scoring.ml.learned.family import Arrays, Family, Lesson, Values
from scoring.ml.learned.small_boosters import Trees

RATINGS = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3")
_OTHERS = tuple(feature for feature in application.FEATURES if feature.name not in RATINGS)
_CATEGORIES = tuple(
    len(RATINGS) + place for place, feature in enumerate(_OTHERS) if feature.unit is Unit.CATEGORY
)
# Two halves teach each other's clients: nobody's own rating is in what is expected of them.
HALVES = 2
FEWEST = 200
ROUNDS = 80


@dataclass(frozen=True, eq=False)
class Expected(Family):
    """For each rating in order, the trees of each half of the clients."""

    trees: Sequence[Sequence[Trees]]

    code: ClassVar = "expected"
    features: ClassVar = words.EXPECTED
    inputs: ClassVar = (*RATINGS, *(feature.name for feature in _OTHERS))

    @classmethod
    def learn(cls, lesson: Lesson) -> Self | None:
        halves = np.arange(len(lesson.inputs)) % HALVES
        known = ~np.isnan(lesson.inputs[:, : len(RATINGS)])
        if known.sum(axis=0).min() < HALVES * FEWEST:
            return None
        others = _without_ratings(lesson.inputs)
        return cls(
            [
                [
                    Trees.fit(others[rows], lesson.inputs[rows, rating], _CATEGORIES, rounds=ROUNDS)
                    for half in range(HALVES)
                    for rows in [known[:, rating] & (halves == half)]
                ]
                for rating in range(len(RATINGS))
            ]
        )

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(
            [[Trees.restore(arrays[f"{rating}_{half}"]) for half in range(HALVES)] for rating in RATINGS]
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {
            f"{rating}_{half}": trees.bytes()
            for rating, halves in zip(RATINGS, self.trees, strict=True)
            for half, trees in enumerate(halves)
        }

    def values(self, inputs: Values) -> Values:
        others = _without_ratings(inputs)
        both = [np.array([one.values(others) for one in halves]) for halves in self.trees]
        return _told(inputs, [(first + second) / HALVES for first, second in both])

    def own(self, inputs: Values) -> Values:
        others, halves = _without_ratings(inputs), np.arange(len(inputs)) % HALVES
        expected = [np.empty(len(inputs)) for _ in RATINGS]
        for found, trees in zip(expected, self.trees, strict=True):
            for half in range(HALVES):
                found[halves == half] = trees[1 - half].values(others[halves == half])
        return _told(inputs, expected)


def _without_ratings(inputs: Values) -> Values:
    others = inputs.copy()
    others[:, : len(RATINGS)] = np.nan
    return others


def _told(inputs: Values, expected: Sequence[Values]) -> Values:
    columns = [(one, inputs[:, rating] - one) for rating, one in enumerate(expected)]
    return np.column_stack([column for pair in columns for column in pair])
