"""The learned features of one model: fitted together, stored in one file, computed for one client or many."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.family import FeatureFamily, FitData, PastLoans, Values
from scoring.ml.learned.implied_term import ImpliedTerm
from scoring.ml.learned.imputed_ratings import ImputedRatings
from scoring.ml.learned.neighbours import Neighbours
from scoring.ml.learned.nested_models import NestedModels
from scoring.ml.learned.peer_groups import PeerGroups

_FAMILIES: tuple[type[FeatureFamily], ...] = (
    ImpliedTerm,
    PeerGroups,
    Neighbours,
    ImputedRatings,
    NestedModels,
)
FAMILIES: Mapping[str, type[FeatureFamily]] = {family.code: family for family in _FAMILIES}

PlainFeatures = Callable[[Sequence[str]], Values]
"""Compute the named plain features of n clients, (n, j): those that depend on a client's own rows alone."""


@dataclass(frozen=True, eq=False)
class LearnedFeatures:
    """The fitted families, in the order of FAMILIES."""

    families: tuple[FeatureFamily, ...] = ()

    @classmethod
    def fit(cls, codes: Iterable[str], plain: PlainFeatures, target: Values, past_loans: PastLoans) -> Self:
        """Fit families on the clients of `plain`; leave out those for which the clients are too few."""
        requested = (FAMILIES[code] for code in codes)
        # One family's data at a time: the nested models take nearly all columns of all clients.
        fitted = (family.fit(FitData(plain(family.inputs), target, past_loans)) for family in requested)
        return cls(tuple(family for family in fitted if family is not None))

    @classmethod
    def restore(cls, content: bytes) -> Self:
        """Read the result of `pack`; raise ValueError or KeyError for anything else. Never unpickles."""
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays: dict[str, dict[str, NDArray[Any]]] = {}
            for name in stored.files:
                code, _, array = name.partition(".")
                arrays.setdefault(code, {})[array] = stored[name]
        return cls(tuple(FAMILIES[code].restore(arrays[code]) for code in FAMILIES if code in arrays))

    def pack(self) -> bytes:
        """Return the content of `fitted.npz`; its arrays are named `<family code>.<array>`."""
        arrays = {
            f"{family.code}.{name}": array
            for family in self.families
            for name, array in family.arrays().items()
        }
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **arrays)
        return stream.getvalue()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for family in self.families for feature in family.features)

    def plain_names(self, features: Sequence[str]) -> tuple[str, ...]:
        """The plain features among `features` and those that the families read, in a fixed order."""
        return _plain_names(self, tuple(features))

    def transform(self, plain: PlainFeatures) -> Values:
        """Compute (n, k) of `names`, for clients outside the fit data."""
        return np.hstack([family.transform(plain(family.required_inputs)) for family in self.families])

    def cross_fitted(self, plain: PlainFeatures) -> Values:
        """Compute (m, k) of `names`, for the clients of the fit data, none from its own outcome."""
        return np.hstack([family.cross_fitted(plain(family.required_inputs)) for family in self.families])

    def matrix(self, plain: PlainFeatures, features: Sequence[str]) -> Values:
        """Compute (n, k) of `features`, plain and learned, for clients outside the fit data."""
        if not self.families:
            return plain(features)
        plain_names = self.plain_names(features)
        position = {name: index for index, name in enumerate((*plain_names, *self.names))}
        plain_matrix = plain(plain_names)
        learned_matrix = self.transform(lambda names: _select(plain_matrix, names, position))
        return _select(np.hstack([plain_matrix, learned_matrix]), features, position)


@lru_cache(maxsize=32)
def _plain_names(learned: LearnedFeatures, features: tuple[str, ...]) -> tuple[str, ...]:
    inputs = (name for family in learned.families for name in family.required_inputs)
    return tuple(name for name in dict.fromkeys((*features, *inputs)) if name not in {*learned.names})


def _select(matrix: Values, names: Sequence[str], position: Mapping[str, int]) -> Values:
    return matrix.take([position[name] for name in names], axis=1)
