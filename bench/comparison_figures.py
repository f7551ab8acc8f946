"""Figures of a comparison of two sides on the same clients and repeated folds, paired over clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.metrics.costs import DEFAULT_COSTS, best_threshold
from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds
from scoring.ml.training.data import splits

Values = NDArray[np.float64]

RESAMPLES: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both sides, mean over the repeats, and ours less theirs."""

    boosters: str
    figure: str
    ours: float
    theirs: float
    difference: Estimate


def lines(
    boosters: str,
    target: Values,
    folds: Sequence[NDArray[np.int64]],
    ours: Sequence[Values],
    theirs: Sequence[Values],
) -> list[Line]:
    theory = DEFAULT_COSTS.theoretical_threshold
    own = [
        [_costs(target, p, _own_thresholds(target, p, fold)) for p, fold in zip(side, folds, strict=True)]
        for side in (ours, theirs)
    ]
    at_theory = [[_costs(target, p, np.full(len(p), theory)) for p in side] for side in (ours, theirs)]
    return [
        _auc_line(boosters, target, ours, theirs),
        _mean_line(boosters, "cost at the own threshold", *own),
        _mean_line(boosters, "cost at 1/(1+ratio)", *at_theory),
    ]


def _own_thresholds(target: Values, probability: Values, fold: NDArray[np.int64]) -> Values:
    """Return the threshold for each client, (n,): the best one of the other folds."""
    thresholds = np.empty(len(target))
    for number in np.unique(fold):
        inside = fold == number
        thresholds[inside] = best_threshold(target[~inside], probability[~inside])
    return thresholds


def _costs(target: Values, probability: Values, threshold: Values) -> Values:
    """Return the cost of the verdict on each client, (n,)."""
    refused = probability >= threshold
    return np.where(
        target == 1, np.where(refused, 0.0, DEFAULT_COSTS.fn), np.where(refused, DEFAULT_COSTS.fp, 0.0)
    )


def auc(target: Values, probability: Values) -> float:
    return classification.auc(classification.rank(target, probability, threshold=0.5))


def _auc_line(boosters: str, target: Values, ours: Sequence[Values], theirs: Sequence[Values]) -> Line:
    ranked = [[classification.rank(target, p, threshold=0.5) for p in side] for side in (ours, theirs)]
    values = [float(np.mean([classification.auc(clients) for clients in side])) for side in ranked]
    draws = []
    for weights in bootstrap_weights(len(target), RESAMPLES, seed=1):
        drawn = [
            np.mean([classification.auc(clients.resampled(weights)) for clients in side]) for side in ranked
        ]
        draws.append([drawn[0] - drawn[1]])
    return _line(boosters, "AUC", values, np.array(draws))


def _mean_line(boosters: str, figure: str, ours: Sequence[Values], theirs: Sequence[Values]) -> Line:
    means = [np.mean(side, axis=0) for side in (ours, theirs)]
    difference = means[0] - means[1]
    draws = [
        [float(weights @ difference / weights.sum())]
        for weights in bootstrap_weights(len(difference), RESAMPLES, seed=1)
    ]
    return _line(boosters, figure, [float(mean.mean()) for mean in means], np.array(draws))


def _line(boosters: str, figure: str, values: Sequence[float], draws: Values) -> Line:
    low, high = percentile_bounds(draws)
    ours, theirs = values
    return Line(boosters, figure, ours, theirs, Estimate(ours - theirs, float(low[0]), float(high[0])))


def table(lines: Sequence[Line], about: Mapping[str, object]) -> str:
    """Return the table that the README, the card and the decisions may quote."""
    other = about["against"]
    head = f"{'boosters':10}{'figure':28}{'ours':>9}{other:>13}   ours less {other} (95 %, paired)"
    rows = [
        f"{line.boosters:10}{line.figure:28}{line.ours:9.4f}{line.theirs:13.4f}   "
        f"{line.difference.value:+.4f} ({line.difference.low:+.4f} to {line.difference.high:+.4f})"
        for line in lines
    ]
    title = (
        f"{about['clients']:,} clients of {about['folder']}, {about['repeats']} x {splits.FOLDS} folds; "
        f"boosters averaged: {about['boosters']}"
    )
    return "\n".join([title, head, *rows])
