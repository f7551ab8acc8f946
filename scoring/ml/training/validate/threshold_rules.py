"""Rules for the threshold, compared by what they cost on clients that they were not chosen on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import Costs, best_threshold, fold_thresholds
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.manifest_choices import ThresholdRule, ThresholdRules
from scoring.ml.model.manifest_sections import CalibrationCheck
from scoring.ml.training.fit.calibration import MAX_ECE, SLOPE_BOUNDS, check

Values = NDArray[np.float64]

FOLD_MEAN: Final = "fold_mean"
POOLED: Final = "pooled"
HALF_WAY: Final = "half_way"
THEORETICAL: Final = "theoretical"


@dataclass(frozen=True, slots=True)
class ScoredClients:
    """Out-of-fold log-odds before calibration, outcome and fold of the clients to train on, (n,) each."""

    log_odds: Values
    target: Values
    fold: NDArray[np.int64]
    calibration: Calibration
    costs: Costs


def compare_rules(clients: ScoredClients, *, resamples: int, seed: int) -> ThresholdRules:
    """Choose by each rule on bootstrap draws and pay on the clients left out of the draw."""
    probability = clients.calibration.probability(clients.log_odds)
    calibrated = check(clients.calibration.log_odds(clients.log_odds), clients.target)
    rng = np.random.default_rng(seed)
    size = len(clients.target)
    thresholds: dict[str, list[float]] = {code: [] for code in _RULES}
    costs: dict[str, list[float]] = {code: [] for code in _RULES}
    for _ in range(resamples):
        drawn = np.sort(rng.integers(0, size, size))
        left_out = np.ones(size, dtype=bool)
        left_out[drawn] = False
        for code, threshold in _chosen(clients, probability, drawn).items():
            thresholds[code].append(threshold)
            costs[code].append(_cost(clients, probability, left_out, threshold))
    chosen = _chosen(clients, probability, np.arange(size))
    rules = [_rule(code, chosen[code], thresholds[code], costs[code], calibrated) for code in _RULES]
    return ThresholdRules(in_force=FOLD_MEAN, resamples=resamples, rules=tuple(rules))


def is_calibrated(measured: CalibrationCheck) -> bool:
    """The theoretical threshold is the best one of calibrated probabilities alone."""
    low, high = SLOPE_BOUNDS
    return low <= measured.slope <= high and measured.ece <= MAX_ECE


def _chosen(clients: ScoredClients, probability: Values, rows: NDArray[np.int64]) -> dict[str, float]:
    return {code: choose(clients, probability, rows) for code, choose in _RULES.items()}


def _fold_mean(clients: ScoredClients, probability: Values, rows: NDArray[np.int64]) -> float:
    optima = fold_thresholds(clients.target[rows], probability[rows], clients.fold[rows], clients.costs)
    return float(np.mean(optima))


def _pooled(clients: ScoredClients, probability: Values, rows: NDArray[np.int64]) -> float:
    return best_threshold(clients.target[rows], probability[rows], clients.costs)


def _half_way(clients: ScoredClients, probability: Values, rows: NDArray[np.int64]) -> float:
    return (_pooled(clients, probability, rows) + clients.costs.theoretical_threshold) / 2


def _theoretical(clients: ScoredClients, probability: Values, rows: NDArray[np.int64]) -> float:
    return clients.costs.theoretical_threshold


_RULES: Mapping[str, Callable[[ScoredClients, Values, NDArray[np.int64]], float]] = {
    FOLD_MEAN: _fold_mean,
    POOLED: _pooled,
    HALF_WAY: _half_way,
    THEORETICAL: _theoretical,
}


def _cost(clients: ScoredClients, probability: Values, rows: NDArray[np.bool_], threshold: float) -> float:
    refused, defaulted = probability[rows] >= threshold, clients.target[rows] == 1
    missed, wronged = (defaulted & ~refused).sum(), (~defaulted & refused).sum()
    return float((clients.costs.fn * missed + clients.costs.fp * wronged) / rows.sum())


def _rule(
    code: str, threshold: float, thresholds: list[float], costs: list[float], calibrated: CalibrationCheck
) -> ThresholdRule:
    if code in (HALF_WAY, THEORETICAL) and not is_calibrated(calibrated):
        return ThresholdRule(
            code=code,
            threshold=None,
            why=f"calibration slope {calibrated.slope:.3f}, error {calibrated.ece:.4f}",
        )
    return ThresholdRule(
        code=code,
        threshold=threshold,
        threshold_deviation=float(np.std(thresholds, ddof=1)),
        cost=float(np.mean(costs)),
        cost_deviation=float(np.std(costs, ddof=1)),
    )
