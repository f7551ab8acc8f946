"""Two models on the same clients: how much better one is, with an interval that is paired over clients."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.metrics.classification import Ranked

Values = NDArray[np.float64]

_LEVEL = (2.5, 97.5)


def differences(
    ours: Ranked, theirs: Ranked, names: Sequence[str], *, resamples: int, seed: int
) -> dict[str, dict[str, float]]:
    """`theirs` minus `ours` in each metric of `names`: {"value", "low", "high"}, 95 % paired bootstrap.

    Both rank the same n clients; every resample draws the same clients for both.
    """
    size = len(ours.target)
    rng = np.random.default_rng(seed)
    ones = np.ones(size)
    value = _difference(ours, theirs, names, ones)
    drawn = [
        _difference(ours, theirs, names, np.bincount(rng.integers(0, size, size), minlength=size))
        for _ in range(resamples)
    ]
    low, high = np.percentile(drawn, _LEVEL, axis=0)
    return {
        name: {"value": float(value[one]), "low": float(low[one]), "high": float(high[one])}
        for one, name in enumerate(names)
    }


def _difference(ours: Ranked, theirs: Ranked, names: Sequence[str], weights: NDArray[Any]) -> Values:
    both = [
        [classification.METRICS[name](one, weights[one.order]) for name in names] for one in (ours, theirs)
    ]
    difference: Values = np.array(both[1]) - np.array(both[0])
    return difference
