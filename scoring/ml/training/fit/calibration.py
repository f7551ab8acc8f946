"""Calibration: keep the booster's own probability where it is good enough, else fit Platt's sigmoid."""

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.model.calibration import Calibration, Method, sigmoid
from scoring.ml.model.manifest_sections import CalibrationCheck

# A boosted model trained on log-loss is near-calibrated; a curve is fitted only when it is visibly not.
SLOPE_BOUNDS = (0.9, 1.1)
MAX_ECE = 0.01


def check(log_odds: NDArray[np.float64], target: NDArray[np.float64]) -> CalibrationCheck:
    """Measure slope and expected calibration error of uncalibrated out-of-fold log-odds, (n,)."""
    clients = classification.rank(target, sigmoid(log_odds), threshold=0.5)
    return CalibrationCheck(slope=classification.calibration_slope(clients), ece=classification.ece(clients))


def calibrate(log_odds: NDArray[np.float64], target: NDArray[np.float64]) -> Calibration:
    """Return the identity where it is good enough, else a sigmoid fitted on these out-of-fold log-odds."""
    before = check(log_odds, target)
    low, high = SLOPE_BOUNDS
    if low <= before.slope <= high and before.ece <= MAX_ECE:
        return Calibration()
    a, b = classification.logistic_fit(log_odds, target, np.ones(len(target)))
    return Calibration(Method.PLATT, a, b)
