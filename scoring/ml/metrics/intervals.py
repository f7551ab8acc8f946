"""95 % intervals of figures and shares: by the normal distribution, by Wilson's formula, by bootstrap."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

# Two-sided 95 % of the normal distribution, to the six decimals that stored figures were computed with.
Z95 = 1.959964
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def standard_error(self) -> float:
        """Half the width of the interval, taken as normal."""
        return (self.high - self.low) / (2 * Z95)


def normal(value: float, standard_error: float, z: float = Z95) -> tuple[float, float]:
    """Return the bounds of a normally distributed figure."""
    return value - z * standard_error, value + z * standard_error


def wilson(successes: float, size: int, z: float = Z95) -> tuple[float, float]:
    """Return the bounds of the share `successes / size`, (0, 1) for an empty sample.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927), 209-212.
    """
    if not size:
        return 0.0, 1.0
    share, spread = successes / size, z**2 / size
    middle = (share + spread / 2) / (1 + spread)
    margin = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return max(0.0, middle - margin), min(1.0, middle + margin)


def bootstrap_weights(size: int, resamples: int, seed: int) -> Iterator[Values]:
    """Yield how often each of `size` clients is drawn, (size,), in each of the resamples."""
    rng = np.random.default_rng(seed)
    for _ in range(resamples):
        yield np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)


def percentile_bounds(draws: Values) -> tuple[Values, Values]:
    """Return the bounds, (k,), of k figures over r resamples, (r, k); undefined (NaN) draws do not count."""
    low, high = np.nanpercentile(draws, _PERCENTILES, axis=0)
    return low, high
