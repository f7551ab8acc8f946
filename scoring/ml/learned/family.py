"""What every family of fitted features can do: learn from clients, be kept as arrays, say a value."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec.feature import Feature

Values = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn from: m clients.

    `inputs` (m, j) holds the family's own inputs in their order; `target` (m,) is 0 or 1; `past` has columns
    (r,) of these clients' earlier loans by name, and is empty where no folder has any.
    """

    inputs: Values
    target: Values
    past: Mapping[str, NDArray[Any]]


class Family(ABC):
    """k features that one thing learned from m clients gives; the same clients give the same values."""

    code: ClassVar[str]
    features: ClassVar[Sequence[Feature]]
    inputs: ClassVar[Sequence[str]]

    @classmethod
    @abstractmethod
    def learn(cls, lesson: Lesson) -> Self | None:
        """None where these clients cannot teach it."""

    @classmethod
    @abstractmethod
    def restore(cls, arrays: Arrays) -> Self:
        """From what `arrays` gave; raises KeyError or ValueError for anything else."""

    @property
    def reads(self) -> Sequence[str]:
        """Those of `inputs` that are still asked for once everything is learned."""
        return self.inputs

    @abstractmethod
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Numbers and bytes that say everything, never objects."""

    @abstractmethod
    def values(self, inputs: Values) -> Values:
        """(n, k) for n clients of whom nothing was learned; a row depends on itself alone.

        `inputs` (n, j) holds what it `reads`.
        """

    @abstractmethod
    def own(self, inputs: Values) -> Values:
        """(m, k) for the clients of the lesson, in their order, each without what it taught itself.

        `inputs` (m, j) holds what it `reads`.
        """
