"""Rank correlation.

Source: C. Spearman, "The proof and measurement of association between two things" (1904).
"""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def rank_correlation(first: Values, second: Values) -> float:
    """Return Spearman's correlation of two variables, (n,) each, neither of them constant."""
    x, y = (_ranks(values) - (len(values) + 1) / 2 for values in (first, second))
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def _ranks(values: Values) -> Values:
    """Return ranks, equal values sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse], dtype=np.float64)
