"""Made-up profiles that reach every corner of the formulas: zeros, missing values, unknown categories."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features.frames import APPLICATION, CATEGORIES, HISTORY, columns_of
from scoring.ml.tables.catalogue import column

Columns = Mapping[str, NDArray[Any]]


def made_up(clients: int, *, seed: int = 0, missing: float = 0.2) -> dict[str, NDArray[Any]]:
    """Draw every raw column and every aggregate of so many clients."""
    rng = np.random.default_rng(seed)
    columns: dict[str, NDArray[Any]] = {}
    for name in (*APPLICATION, *HISTORY):
        values = _categories(rng, name, clients) if name in CATEGORIES else _numbers(rng, name, clients)
        values[rng.random(clients) < missing] = None if name in CATEGORIES else np.nan
        columns[name] = values
    return columns


def rows(columns: Columns, which: Any) -> dict[str, NDArray[Any]]:
    return {name: values[which] for name, values in columns.items()}


def one_client(**answers: float | str) -> Columns:
    """Build the columns of a client of whom only these answers are known."""
    return columns_of([answers])


def same_bits(left: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    """Compare to the last bit; missing equals missing."""
    return bool(np.array_equal(_bits(left), _bits(right)))


def _bits(values: NDArray[np.float64]) -> NDArray[np.int64]:
    # A missing value has many bit patterns; here it gets one.
    return np.where(np.isnan(values), np.nan, values).view(np.int64)


def _categories(rng: np.random.Generator, name: str, clients: int) -> NDArray[Any]:
    raw = column("application", name)
    return rng.choice(np.array([*raw.categories, *raw.unknown, "never seen"], dtype=object), clients)


def _numbers(rng: np.random.Generator, name: str, clients: int) -> NDArray[Any]:
    sign = -1.0 if name.startswith("DAYS_") else 1.0
    values = sign * rng.choice([0.0, 1.0, 365243.0, 0.1, 1e-9], clients, p=[0.1, 0.1, 0.05, 0.05, 0.7])
    return np.where(values == sign * 1e-9, sign * np.exp(rng.normal(6, 4, clients)), values)
