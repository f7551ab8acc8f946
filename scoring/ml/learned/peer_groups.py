"""How a client differs from the usual one of a circle: same job, same kind of employer, same kind of loan."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned as words
from scoring.ml.learned.family import Arrays, Family, Lesson, Values

# A median of fewer says more about them than about the circle.
SMALLEST = 30
MONTHS = 6
_FACTOR = 1_000

_CIRCLE_INPUTS = ("NAME_EDUCATION_TYPE", "OCCUPATION_TYPE", "ORGANIZATION_TYPE", "NAME_INCOME_TYPE")
_COMPARED = tuple(name for name, *_ in words.COMPARED)
_TERM = len(_CIRCLE_INPUTS) + _COMPARED.index("CREDIT_TO_ANNUITY")


@dataclass(frozen=True, eq=False)
class Peers(Family):
    """`keys` (c,) of all circles, rising, and the `medians` (c, v) of what is compared, NaN where unknown."""

    keys: Values
    medians: Values

    code: ClassVar = "peers"
    features: ClassVar = words.PEERS
    inputs: ClassVar = (*_CIRCLE_INPUTS, *_COMPARED)

    @classmethod
    def learn(cls, lesson: Lesson) -> Self:
        compared = lesson.inputs[:, len(_CIRCLE_INPUTS) :]
        found = [_medians(key, compared) for key in _circles(lesson.inputs)]
        return cls(np.concatenate([keys for keys, _ in found]), np.concatenate([rows for _, rows in found]))

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(arrays["keys"], arrays["medians"])

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"keys": self.keys, "medians": self.medians}

    def values(self, inputs: Values) -> Values:
        compared = inputs[:, len(_CIRCLE_INPUTS) :]
        return np.hstack([compared - self._usual(key) for key in _circles(inputs)])

    def own(self, inputs: Values) -> Values:
        # One client in thirty or more hardly moves a median.
        return self.values(inputs)

    def _usual(self, key: Values) -> Values:
        if not len(self.keys):
            return np.full((len(key), len(_COMPARED)), np.nan)
        place = np.searchsorted(self.keys, key).clip(max=len(self.keys) - 1)
        return np.where((self.keys[place] == key)[:, None], self.medians[place], np.nan)


def _circles(inputs: Values) -> list[Values]:
    """A number for each circle a client is in, (n,), NaN where unknown; those of later circles are larger."""
    education, occupation, employer, income = inputs[:, : len(_CIRCLE_INPUTS)].T
    months = np.floor(inputs[:, _TERM] / MONTHS).clip(max=_FACTOR - 1)
    return [
        education * _FACTOR + occupation,
        _FACTOR**2 + employer,
        2 * _FACTOR**2 + (months * 10 + education) * 100 + income,
    ]


def _medians(key: Values, compared: Values) -> tuple[Values, Values]:
    order = np.argsort(key, kind="stable")
    order = order[~np.isnan(key[order])]
    keys, starts = np.unique(key[order], return_index=True)
    members = [rows for rows in np.split(order, starts) if len(rows)]
    large = {number: rows for number, rows in enumerate(members) if len(rows) >= SMALLEST}
    medians = [_median(compared[rows]) for rows in large.values()]
    return keys[list(large)], np.array(medians).reshape(-1, compared.shape[1])


def _median(values: Values) -> Values:
    """Of each column; NaN where fewer than SMALLEST values are known."""
    known = (~np.isnan(values)).sum(axis=0) >= SMALLEST
    middle = np.full(values.shape[1], np.nan)
    middle[known] = np.nanmedian(values[:, known], axis=0)
    return middle
