"""Samples of clients that a drift report compares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """n clients. `columns` (n,) are float64 with NaN, or objects str | None for categories.

    `probability` (n,) comes from one model; `target` (n,) is 0, 1 or NaN where the outcome is not known;
    `months` (n,) has "2026-11" for each client. Empty arrays stand for what is not known at all.
    """

    columns: Mapping[str, Column]
    probability: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    target: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    months: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), self.probability))

    def at(self, rows: NDArray[Any]) -> "Sample":
        """Return the sample at some rows, given by position or by a mask."""
        return Sample(
            {name: values[rows] for name, values in self.columns.items()},
            self.probability[rows] if len(self.probability) else self.probability,
            self.target[rows] if len(self.target) else self.target,
            self.months[rows] if len(self.months) else self.months,
        )

    def up_to(self, size: int, *, seed: int = 0) -> "Sample":
        """Return at most `size` clients, drawn evenly and always the same ones."""
        if len(self) <= size:
            return self
        return self.at(np.sort(np.random.default_rng(seed).choice(len(self), size, replace=False)))


def missing(values: Column) -> NDArray[np.bool_]:
    """Mark missing values, (n,): None or NaN."""
    if values.dtype == object:
        return np.array([value is None for value in values], dtype=bool)
    mask: NDArray[np.bool_] = np.isnan(values)
    return mask
