"""Metrics of a binary classifier (a positive is a default), each with a bootstrap interval.

Clients carry weights, and a bootstrap resample is a vector of weights (how often each client was drawn):
they are sorted once, not once per resample, which makes 500 resamples of 50,000 clients a matter of seconds
where scikit-learn takes minutes. The tests compare the figures with scikit-learn's.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds

Values = NDArray[np.float64]

_BINS = 10


@dataclass(frozen=True, slots=True)
class Ranked:
    """n clients sorted by rising probability; all arrays but `ends` are (n,).

    `target` is 0 or 1, or the probability of a default where the outcome is not known yet; `weights` is how
    often each client counts; `ends` has the last position of each distinct probability; `order` the position
    of each client before sorting.
    """

    target: Values
    probability: Values
    threshold: float
    weights: Values
    ends: NDArray[np.int64]
    order: NDArray[np.int64]
    costs: Costs = DEFAULT_COSTS

    def resampled(self, weights: Values) -> "Ranked":
        """Return the same clients, each counted `weights` times, (n,) in the order before sorting."""
        return replace(self, weights=weights[self.order])


@dataclass(frozen=True, slots=True)
class Confusion:
    """Weighted counts of verdicts at the threshold; a positive is a default, predicted is refused."""

    tp: float
    fp: float
    fn: float
    tn: float


def evaluate(clients: Ranked, *, resamples: int, seed: int) -> dict[str, Estimate]:
    """Return every metric by name with its 95 % percentile bootstrap interval.

    Targets are 0 or 1, both present, and probabilities lie strictly between 0 and 1. Resampling adds gaps of
    its own to the calibration error: its draws are moved by what they exceed it on average, else an interval
    could leave out the figure that it is of.
    """
    values = measure(clients)
    # Draws are exchangeable over clients, so they are taken in sorted order.
    draws = np.array(
        [
            list(measure(replace(clients, weights=weights)).values())
            for weights in bootstrap_weights(len(clients.target), resamples, seed)
        ]
    )
    gaps = draws[:, list(values).index("ece")]
    gaps[:] = np.maximum(gaps + values["ece"] - gaps.mean(), 0)
    lows, highs = percentile_bounds(draws)
    return {
        name: Estimate(value, float(low), float(high))
        for (name, value), low, high in zip(values.items(), lows, highs, strict=True)
    }


def rank(target: Values, probability: Values, threshold: float, costs: Costs = DEFAULT_COSTS) -> Ranked:
    """Sort clients, (n,) each, once for all metrics and resamples."""
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    ends = np.flatnonzero(np.append(np.diff(ranked) > 0, True))
    return Ranked(target[order], ranked, threshold, np.ones(len(target)), ends, order, costs)


def measure(clients: Ranked) -> dict[str, float]:
    """Return every metric by name."""
    return {name: float(metric(clients)) for name, metric in METRICS.items()}


def confusion(clients: Ranked) -> Confusion:
    """Count verdicts by outcome."""
    first_refused = int(np.searchsorted(clients.probability, clients.threshold, side="left"))
    defaults = clients.weights * clients.target
    repaid = clients.weights - defaults
    return Confusion(
        tp=float(defaults[first_refused:].sum()),
        fp=float(repaid[first_refused:].sum()),
        fn=float(defaults[:first_refused].sum()),
        tn=float(repaid[:first_refused].sum()),
    )


def _cumulated(clients: Ranked) -> tuple[Values, Values]:
    """Return defaults and repayments up to and including each distinct probability."""
    defaults = clients.weights * clients.target
    return np.cumsum(defaults)[clients.ends], np.cumsum(clients.weights - defaults)[clients.ends]


def auc(clients: Ranked) -> float:
    """Share of (default, good payer) pairs ranked rightly, ties by half; NaN where there is no pair."""
    defaults, repaid = _cumulated(clients)
    if defaults[-1] <= 0 or repaid[-1] <= 0:
        return math.nan
    here, tied = np.diff(defaults, prepend=0.0), np.diff(repaid, prepend=0.0)
    return float(here @ (repaid - tied / 2) / (defaults[-1] * repaid[-1]))


def gini(clients: Ranked) -> float:
    return 2 * auc(clients) - 1


def ks(clients: Ranked) -> float:
    """Largest gap between the cumulative curves of defaults and repayments."""
    defaults, repaid = _cumulated(clients)
    return float(np.abs(defaults / defaults[-1] - repaid / repaid[-1]).max())


def pr_auc(clients: Ranked) -> float:
    """Average precision: precision at each distinct probability, weighted by the recall it adds."""
    defaults, repaid = _cumulated(clients)
    here = np.diff(defaults, prepend=0.0)
    true_positives = defaults[-1] - defaults + here
    false_positives = repaid[-1] - repaid + np.diff(repaid, prepend=0.0)
    refused = true_positives + false_positives
    precision = np.divide(true_positives, refused, out=np.zeros_like(refused), where=refused > 0)
    return float(here @ precision / defaults[-1])


def accuracy(clients: Ranked) -> float:
    counts = confusion(clients)
    return (counts.tp + counts.tn) / float(clients.weights.sum())


def recall(clients: Ranked) -> float:
    counts = confusion(clients)
    return counts.tp / (counts.tp + counts.fn)


def precision(clients: Ranked) -> float:
    """Share of defaults among the refused; 0 when nobody is refused."""
    counts = confusion(clients)
    return counts.tp / max(counts.tp + counts.fp, 1.0)


def f1(clients: Ranked) -> float:
    counts = confusion(clients)
    return 2 * counts.tp / (2 * counts.tp + counts.fp + counts.fn)


def cost(clients: Ranked) -> float:
    """Business cost per client: (10 FN + FP) / N with the default costs."""
    counts = confusion(clients)
    return (clients.costs.fn * counts.fn + clients.costs.fp * counts.fp) / float(clients.weights.sum())


def brier(clients: Ranked) -> float:
    errors = (clients.probability - clients.target) ** 2
    return float(clients.weights @ errors / clients.weights.sum())


def log_loss(clients: Ranked) -> float:
    return float(clients.weights @ log_losses(clients.target, clients.probability) / clients.weights.sum())


def log_losses(target: Values, probability: Values) -> Values:
    """Return the log-loss of each client, (n,)."""
    return -np.log(np.where(target == 1, probability, 1 - probability))


def calibration_slope(clients: Ranked) -> float:
    """Slope of the outcome on the log-odds of the probability: 1 is calibrated, below 1 too extreme."""
    odds = np.log(clients.probability / (1 - clients.probability))
    return logistic_fit(odds, clients.target, clients.weights)[0]


def ece(clients: Ranked) -> float:
    """Expected calibration error: mean gap of probability and default rate over ten equally full bins."""
    size = len(clients.target)
    starts = np.unique(np.arange(_BINS) * size // _BINS)
    expected = np.add.reduceat(clients.weights * clients.probability, starts)
    observed = np.add.reduceat(clients.weights * clients.target, starts)
    return float(np.abs(expected - observed).sum() / clients.weights.sum())


def logistic_fit(
    odds: Values, target: Values, weights: Values, *, rounds: int = 25, tolerance: float = 1e-10
) -> tuple[float, float]:
    """Return (slope, intercept) of a logistic regression on one variable, by Newton's method."""
    rate = weights @ target / weights.sum()
    # Newton's method runs away from a start that is too steep; flat at the default rate is near enough.
    beta = np.array([0.0, np.log(rate / (1 - rate))])
    design = np.stack([odds, np.ones_like(odds)])
    for _ in range(rounds):
        fitted = 1 / (1 + np.exp(-(beta @ design)))
        gradient = design @ (weights * (target - fitted))
        curvature = (design * (weights * fitted * (1 - fitted))) @ design.T
        step = np.linalg.lstsq(curvature, gradient)[0]
        beta = beta + step
        if np.abs(step).max() < tolerance:
            break
    return float(beta[0]), float(beta[1])


METRICS: Mapping[str, Callable[[Ranked], float]] = {
    "auc": auc,
    "gini": gini,
    "ks": ks,
    "pr_auc": pr_auc,
    "accuracy": accuracy,
    "recall": recall,
    "precision": precision,
    "f1": f1,
    "brier": brier,
    "log_loss": log_loss,
    "calibration_slope": calibration_slope,
    "ece": ece,
    "cost": cost,
}
