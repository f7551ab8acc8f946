"""The interface of a family of learned features: fit, transform, and arrays to store the fit in."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.spec.feature import Feature

Values = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]
"""The stored form of a family: numbers and bytes by array name, never objects."""
PastLoans = Mapping[str, NDArray[Any]]
"""Columns (r,) of the clients' earlier loans by name; empty where no folder has any."""


@dataclass(frozen=True, slots=True)
class FitData:
    """The m clients that a family is fitted on.

    `inputs` (m, j) holds the family's own inputs in their order; `target` (m,) is 0 or 1.
    """

    inputs: Values
    target: Values
    past_loans: PastLoans


class FeatureFamily(ABC):
    """k features fitted together on m clients; the same clients give the same values."""

    code: ClassVar[str]
    features: ClassVar[Sequence[Feature]]
    inputs: ClassVar[Sequence[str]]

    @classmethod
    @abstractmethod
    def fit(cls, data: FitData) -> Self | None:
        """Fit the family; None where these clients are too few for it."""

    @classmethod
    @abstractmethod
    def restore(cls, arrays: Arrays) -> Self:
        """Rebuild the family from its `arrays`; raise KeyError or ValueError for anything else."""

    @property
    def required_inputs(self) -> Sequence[str]:
        """Those of `inputs` that `transform` and `cross_fitted` need."""
        return self.inputs

    @abstractmethod
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that was fitted, as numbers and bytes."""

    @abstractmethod
    def transform(self, inputs: Values) -> Values:
        """Compute (n, k) for n clients outside the fit data; each row depends on itself alone.

        `inputs` (n, j) holds the `required_inputs`.
        """

    @abstractmethod
    def cross_fitted(self, inputs: Values) -> Values:
        """Compute (m, k) for the clients of the fit data, in their order, none from its own outcome.

        `inputs` (m, j) holds the `required_inputs`.
        """
