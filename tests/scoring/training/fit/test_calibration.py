import numpy as np
import pytest

from scoring.ml.model.calibration import Calibration, Method, sigmoid
from scoring.ml.training.fit.calibration import calibrate


def outcomes(odds: np.ndarray) -> np.ndarray:
    return (np.random.default_rng(1).random(len(odds)) < sigmoid(odds)).astype(float)


def odds_of(size: int) -> np.ndarray:
    return np.random.default_rng(2).normal(-2.7, 0.9, size)


def test_a_calibrated_booster_is_left_as_it_is() -> None:
    odds = odds_of(100_000)
    assert calibrate(odds, outcomes(odds)) == Calibration()


@pytest.mark.parametrize(("stretch", "shift"), [(1.6, 0.0), (0.7, 0.0), (1.0, 0.8)])
def test_a_miscalibrated_booster_is_corrected(stretch: float, shift: float) -> None:
    odds = odds_of(100_000)
    log_odds = stretch * odds + shift
    calibration = calibrate(log_odds, outcomes(odds))
    assert calibration.method is Method.PLATT
    np.testing.assert_allclose(calibration.probability(log_odds), sigmoid(odds), atol=0.02)


def test_the_sigmoid_does_not_overflow() -> None:
    assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]
