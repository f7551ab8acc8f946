"""Is the booster's own probability calibrated, and if not, the curve that makes it so."""

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.model.calibration import Calibration, Method, sigmoid

# A boosted model trained on log-loss is near-calibrated; a curve is fitted only when it is visibly not.
SLOPE_BOUNDS = (0.9, 1.1)
MAX_ECE = 0.01


def checked(raw: NDArray[np.float64], target: NDArray[np.float64]) -> dict[str, float]:
    """Calibration slope and expected calibration error of uncalibrated out-of-fold log-odds, (n,)."""
    clients = classification.rank(target, sigmoid(raw), threshold=0.5)
    return {
        "slope": classification.calibration_slope(clients),
        "ece": classification.ece(clients),
    }


def calibrate(raw: NDArray[np.float64], target: NDArray[np.float64]) -> Calibration:
    """The identity where it is good enough, else Platt's sigmoid, fitted on out-of-fold log-odds."""
    before = checked(raw, target)
    low, high = SLOPE_BOUNDS
    if low <= before["slope"] <= high and before["ece"] <= MAX_ECE:
        return Calibration()
    a, b = classification.logistic_fit(raw, target, np.ones(len(target)))
    return Calibration(Method.PLATT, a, b)
