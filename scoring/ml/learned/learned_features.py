"""The fitted families of one model: learned together, kept in one file, asked for one client or for many."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.learned.family import Family, Lesson, Values
from scoring.ml.learned.implied_term import Implied
from scoring.ml.learned.imputed_ratings import Expected
from scoring.ml.learned.neighbours import Neighbours
from scoring.ml.learned.nested_models import Nested
from scoring.ml.learned.peer_groups import Peers

_KINDS: tuple[type[Family], ...] = (Implied, Peers, Neighbours, Expected, Nested)
FAMILIES: Mapping[str, type[Family]] = {one.code: one for one in _KINDS}

Plain = Callable[[Sequence[str]], Values]
"""The plain features of n clients, (n, j), by their names."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was learned, in the order of FAMILIES."""

    families: tuple[Family, ...] = ()

    @classmethod
    def learn(
        cls, codes: Iterable[str], plain: Plain, target: Values, past: Mapping[str, NDArray[Any]]
    ) -> Self:
        """From the clients that `plain` gives; a family that they cannot teach is left out."""
        asked = (FAMILIES[code] for code in codes)
        # One lesson at a time: that of the nested models is most of what is known of all clients.
        learned = (family.learn(Lesson(plain(family.inputs), target, past)) for family in asked)
        return cls(tuple(family for family in learned if family is not None))

    @classmethod
    def restore(cls, content: bytes) -> Self:
        """From `pack`; raises ValueError or KeyError for anything else. Never unpickles."""
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays: dict[str, dict[str, NDArray[Any]]] = {}
            for name in stored.files:
                code, _, own = name.partition(".")
                arrays.setdefault(code, {})[own] = stored[name]
        return cls(tuple(FAMILIES[code].restore(arrays[code]) for code in FAMILIES if code in arrays))

    def pack(self) -> bytes:
        kept = {
            f"{family.code}.{name}": array
            for family in self.families
            for name, array in family.arrays().items()
        }
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **kept)
        return stream.getvalue()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for family in self.families for feature in family.features)

    def values(self, plain: Plain) -> Values:
        """(n, k) of `names`, for clients who taught nothing."""
        return _beside([family.values(plain(family.reads)) for family in self.families])

    def own(self, plain: Plain) -> Values:
        """(m, k) of `names`, for the clients who were learned from, each without what it taught itself."""
        return _beside([family.own(plain(family.reads)) for family in self.families])

    def matrix(self, plain: Plain, features: Sequence[str]) -> Values:
        """(n, k) of `features`, plain and fitted, for clients who taught nothing."""
        if not self.families:
            return plain(features)
        fitted = self.names
        inputs = (name for family in self.families for name in family.reads)
        wanted = tuple({*features, *inputs} - {*fitted})
        place = {name: position for position, name in enumerate((*wanted, *fitted))}
        known = plain(wanted)
        learned = self.values(lambda names: _chosen(known, names, place))
        return _chosen(_beside([known, learned]), features, place)


def _chosen(matrix: Values, names: Sequence[str], place: Mapping[str, int]) -> Values:
    return matrix.take([place[name] for name in names], axis=1)


def _beside(blocks: Sequence[Values]) -> Values:
    return np.hstack(blocks)
