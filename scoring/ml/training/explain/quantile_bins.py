"""Quantile bins of a feature's values."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def quantile_bins(values: Values, bins: int) -> tuple[Values, Values]:
    """Return the bin of each value, (n,), NaN where missing, and the edges: as equally full as ties allow."""
    present = values[~np.isnan(values)]
    edges = np.unique(np.quantile(present, np.linspace(0, 1, bins + 1), method="nearest"))
    position = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    return np.where(np.isnan(values), np.nan, position), edges
