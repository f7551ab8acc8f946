"""Differences between two models on the same clients, by paired bootstrap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.classification import METRICS, Ranked
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference(Estimate):
    """The challenger's metric less the champion's, on `clients` clients."""

    champion: float
    challenger: float
    clients: int

    @property
    def estimate(self) -> Estimate:
        return Estimate(self.value, self.low, self.high)


def differences(
    champion: Ranked, challenger: Ranked, names: Sequence[str], *, resamples: int, seed: int
) -> dict[str, Difference]:
    """Return the difference in each metric of `names`, with a 95 % interval.

    Both rank the same n clients, and every resample draws the same clients for both, so that what is hard
    about the clients cancels out. A resample in which a metric is undefined does not count.
    """
    before, after = _metrics(champion, names), _metrics(challenger, names)
    draws = [
        _metrics(challenger.resampled(weights), names) - _metrics(champion.resampled(weights), names)
        for weights in bootstrap_weights(len(champion.target), resamples, seed)
    ]
    lows, highs = percentile_bounds(np.array(draws))
    return {
        name: Difference(
            value=float(after[column] - before[column]),
            low=float(lows[column]),
            high=float(highs[column]),
            champion=float(before[column]),
            challenger=float(after[column]),
            clients=len(champion.target),
        )
        for column, name in enumerate(names)
    }


def _metrics(clients: Ranked, names: Sequence[str]) -> Values:
    return np.array([METRICS[name](clients) for name in names])
