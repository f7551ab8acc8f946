"""From the booster's log-odds to a probability of default."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Method(StrEnum):
    IDENTITY = "identity"
    PLATT = "platt"


@dataclass(frozen=True, slots=True)
class Calibration:
    """probability = sigmoid(a * raw + b); the identity is a = 1, b = 0.

    Source: J. Platt, "Probabilistic outputs for support vector machines" (1999).
    """

    method: Method = Method.IDENTITY
    a: float = 1.0
    b: float = 0.0

    def probability(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probability, (n,), of raw log-odds, (n,)."""
        return sigmoid(self.log_odds(raw))

    def log_odds(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, (n,)."""
        return self.a * raw + self.b


def sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)
