"""A client's difference from the median of its peer groups: by job, kind of employer, kind of loan."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import declared_learned
from scoring.ml.learned.family import Arrays, FeatureFamily, FitData, Values

# A median of fewer clients says more about them than about their group.
MIN_GROUP_SIZE = 30
TERM_BAND = 6  # months
_FACTOR = 1_000

_GROUP_INPUTS = ("NAME_EDUCATION_TYPE", "OCCUPATION_TYPE", "ORGANIZATION_TYPE", "NAME_INCOME_TYPE")
_COMPARED = tuple(name for name, *_ in declared_learned.COMPARED_FEATURES)
_TERM = len(_GROUP_INPUTS) + _COMPARED.index("CREDIT_TO_ANNUITY")


@dataclass(frozen=True, eq=False)
class PeerGroups(FeatureFamily):
    """`keys` (g,) of all peer groups, rising; `medians` (g, v) of the compared features, NaN if unknown."""

    keys: Values
    medians: Values

    code: ClassVar = "peers"
    features: ClassVar = declared_learned.PEERS
    inputs: ClassVar = (*_GROUP_INPUTS, *_COMPARED)

    @classmethod
    def fit(cls, data: FitData) -> Self:
        compared = data.inputs[:, len(_GROUP_INPUTS) :]
        fitted = [_group_medians(key, compared) for key in _group_keys(data.inputs)]
        keys, medians = zip(*fitted, strict=True)
        return cls(np.concatenate(keys), np.concatenate(medians))

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(arrays["keys"], arrays["medians"])

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"keys": self.keys, "medians": self.medians}

    def transform(self, inputs: Values) -> Values:
        compared = inputs[:, len(_GROUP_INPUTS) :]
        return np.hstack([compared - self._medians_of(key) for key in _group_keys(inputs)])

    def cross_fitted(self, inputs: Values) -> Values:
        # One client in thirty or more hardly moves a median.
        return self.transform(inputs)

    def _medians_of(self, key: Values) -> Values:
        if not len(self.keys):
            return np.full((len(key), len(_COMPARED)), np.nan)
        position = np.searchsorted(self.keys, key).clip(max=len(self.keys) - 1)
        return np.where((self.keys[position] == key)[:, None], self.medians[position], np.nan)


def _group_keys(inputs: Values) -> list[Values]:
    """A number for each of a client's peer groups, (n,), NaN if unknown; later groupings have larger ones."""
    education, occupation, employer, income = inputs[:, : len(_GROUP_INPUTS)].T
    term_band = np.floor(inputs[:, _TERM] / TERM_BAND).clip(max=_FACTOR - 1)
    return [
        education * _FACTOR + occupation,
        _FACTOR**2 + employer,
        2 * _FACTOR**2 + (term_band * 10 + education) * 100 + income,
    ]


def _group_medians(key: Values, compared: Values) -> tuple[Values, Values]:
    """The keys (g,) of the groups that are large enough, and their medians (g, v)."""
    order = np.argsort(key, kind="stable")
    order = order[~np.isnan(key[order])]
    keys, starts = np.unique(key[order], return_index=True)
    members = [rows for rows in np.split(order, starts) if len(rows)]
    large = {index: rows for index, rows in enumerate(members) if len(rows) >= MIN_GROUP_SIZE}
    medians = [_medians(compared[rows]) for rows in large.values()]
    return keys[list(large)], np.array(medians).reshape(-1, compared.shape[1])


def _medians(values: Values) -> Values:
    """The median of each column; NaN where fewer than MIN_GROUP_SIZE values are present."""
    enough = (~np.isnan(values)).sum(axis=0) >= MIN_GROUP_SIZE
    medians = np.full(values.shape[1], np.nan)
    medians[enough] = np.nanmedian(values[:, enough], axis=0)
    return medians
