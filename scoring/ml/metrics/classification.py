"""How well probabilities tell defaults from repayments, each figure with a bootstrap interval.

Every metric takes weights, and a bootstrap resample is a vector of weights (how often each client was
drawn): the clients are sorted once, not once per resample, which makes 500 resamples of 50,000 clients a
matter of seconds where scikit-learn takes minutes. The tests hold the figures against scikit-learn's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.costs import USUAL, Costs

Values = NDArray[np.float64]

_BINS = 10
_LEVEL = 95


@dataclass(frozen=True, slots=True)
class Ranked:
    """Clients in order of rising probability; `ends` is the last position of each distinct probability.

    `order`, (n,): where each of them stood before.
    """

    target: Values
    probability: Values
    threshold: float
    ends: NDArray[np.int64]
    order: NDArray[np.int64]
    costs: Costs = USUAL


@dataclass(frozen=True, slots=True)
class Confusion:
    """Weighted counts of verdicts at the threshold; a positive is a default, predicted is refused."""

    tp: float
    fp: float
    fn: float
    tn: float


def evaluate(
    target: Values,
    probability: Values,
    *,
    threshold: float,
    resamples: int,
    seed: int,
    costs: Costs = USUAL,
) -> dict[str, Any]:
    """Every metric as {"value", "low", "high"} (95 % percentile bootstrap), and the confusion matrix.

    `target` is 0 or 1 and `probability` lies strictly between 0 and 1, (n,) each, both classes present.
    """
    clients = rank(target, probability, threshold, costs)
    ones = np.ones(len(target))
    values = measure(clients, ones)
    drawn = _resampled(clients, resamples, seed)
    low, high = np.percentile(drawn, [(100 - _LEVEL) / 2, (100 + _LEVEL) / 2], axis=0)
    figures: dict[str, Any] = {
        name: {"value": value, "low": float(bottom), "high": float(top)}
        for (name, value), bottom, top in zip(values.items(), low, high, strict=True)
    }
    counts = confusion(clients, ones)
    figures["confusion"] = {name: int(getattr(counts, name)) for name in ("tp", "fp", "fn", "tn")}
    return figures


def rank(target: Values, probability: Values, threshold: float, costs: Costs = USUAL) -> Ranked:
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    ends = np.flatnonzero(np.append(np.diff(ranked) > 0, True))
    return Ranked(target[order], ranked, threshold, ends, order, costs)


def measure(clients: Ranked, weights: Values) -> dict[str, float]:
    """Every metric for clients that count `weights` times, (n,) in the order of `clients`."""
    return {name: float(metric(clients, weights)) for name, metric in METRICS.items()}


def _resampled(clients: Ranked, resamples: int, seed: int) -> Values:
    rng = np.random.default_rng(seed)
    size = len(clients.target)
    draws = (np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(resamples))
    return np.array([list(measure(clients, counts.astype(np.float64)).values()) for counts in draws])


def confusion(clients: Ranked, weights: Values) -> Confusion:
    first = int(np.searchsorted(clients.probability, clients.threshold, side="left"))
    defaults = weights * clients.target
    repaid = weights - defaults
    return Confusion(
        tp=float(defaults[first:].sum()),
        fp=float(repaid[first:].sum()),
        fn=float(defaults[:first].sum()),
        tn=float(repaid[:first].sum()),
    )


def _cumulated(clients: Ranked, weights: Values) -> tuple[Values, Values]:
    """Defaults and repayments up to and including each distinct probability."""
    defaults = weights * clients.target
    return np.cumsum(defaults)[clients.ends], np.cumsum(weights - defaults)[clients.ends]


def auc(clients: Ranked, weights: Values) -> float:
    defaults, repaid = _cumulated(clients, weights)
    here, tied = np.diff(defaults, prepend=0.0), np.diff(repaid, prepend=0.0)
    return float(here @ (repaid - tied / 2) / (defaults[-1] * repaid[-1]))


def gini(clients: Ranked, weights: Values) -> float:
    return 2 * auc(clients, weights) - 1


def ks(clients: Ranked, weights: Values) -> float:
    """The largest gap between the cumulative curves of defaults and repayments."""
    defaults, repaid = _cumulated(clients, weights)
    return float(np.abs(defaults / defaults[-1] - repaid / repaid[-1]).max())


def pr_auc(clients: Ranked, weights: Values) -> float:
    """Average precision: precision at each distinct probability, weighted by the recall it adds."""
    defaults, repaid = _cumulated(clients, weights)
    here = np.diff(defaults, prepend=0.0)
    caught = defaults[-1] - defaults + here
    alarms = repaid[-1] - repaid + np.diff(repaid, prepend=0.0)
    refused = caught + alarms
    precision = np.divide(caught, refused, out=np.zeros_like(caught), where=refused > 0)
    return float(here @ precision / defaults[-1])


def accuracy(clients: Ranked, weights: Values) -> float:
    counts = confusion(clients, weights)
    return (counts.tp + counts.tn) / float(weights.sum())


def recall(clients: Ranked, weights: Values) -> float:
    counts = confusion(clients, weights)
    return counts.tp / (counts.tp + counts.fn)


def precision(clients: Ranked, weights: Values) -> float:
    """Share of defaults among the refused; 0 when nobody is refused."""
    counts = confusion(clients, weights)
    return counts.tp / max(counts.tp + counts.fp, 1.0)


def f1(clients: Ranked, weights: Values) -> float:
    counts = confusion(clients, weights)
    return 2 * counts.tp / (2 * counts.tp + counts.fp + counts.fn)


def cost(clients: Ranked, weights: Values) -> float:
    """Business cost per client: (10 FN + FP) / N with the usual costs."""
    counts = confusion(clients, weights)
    return (clients.costs.fn * counts.fn + clients.costs.fp * counts.fp) / float(weights.sum())


def brier(clients: Ranked, weights: Values) -> float:
    return float(weights @ (clients.probability - clients.target) ** 2 / weights.sum())


def log_loss(clients: Ranked, weights: Values) -> float:
    likelihood = np.where(clients.target == 1, clients.probability, 1 - clients.probability)
    return float(-(weights @ np.log(likelihood)) / weights.sum())


def calibration_slope(clients: Ranked, weights: Values) -> float:
    """Slope of the outcome on the log-odds of the probability: 1 is calibrated, below 1 too extreme."""
    odds = np.log(clients.probability / (1 - clients.probability))
    return logistic_fit(odds, clients.target, weights)[0]


def ece(clients: Ranked, weights: Values) -> float:
    """Expected calibration error: mean gap of probability and default rate over ten equally full bins."""
    size = len(clients.target)
    starts = np.unique(np.arange(_BINS) * size // _BINS)
    expected = np.add.reduceat(weights * clients.probability, starts)
    observed = np.add.reduceat(weights * clients.target, starts)
    return float(np.abs(expected - observed).sum() / weights.sum())


def logistic_fit(
    odds: Values, target: Values, weights: Values, *, rounds: int = 25, tolerance: float = 1e-10
) -> tuple[float, float]:
    """Maximum-likelihood (slope, intercept) of a logistic regression on one variable, by Newton's method."""
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


METRICS: Mapping[str, Callable[[Ranked, Values], float]] = {
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
