"""ROC, precision-recall, KS, lift and reliability curves, as the points that the card and the pages draw."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.metrics.intervals import wilson

Values = NDArray[np.float64]

POINTS = 60
DECILES = 10


def curves(target: Values, probability: Values) -> dict[str, Any]:
    """Return ROC, precision-recall, KS and lift of n clients, both outcomes present, as lists of numbers.

    {"roc": {"fpr", "tpr"}, "precision_recall": {"recall", "precision"}, "ks": {"probability", "defaults",
    "repaid", "at"}, "lift": one row per tenth of the clients, the riskiest first}.
    """
    order = np.argsort(-probability, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(probability[order]) < 0), len(order) - 1)
    true_positives, false_positives = np.cumsum(target[order])[ends], np.cumsum(1 - target[order])[ends]
    tpr, fpr = true_positives / true_positives[-1], false_positives / false_positives[-1]
    thresholds = probability[order][ends]
    last = len(ends) - 1
    # Evenly over the clients, and finer among the riskiest, where precision changes fastest.
    places = np.concatenate([np.linspace(0, last, POINTS), np.geomspace(1, max(last, 1), POINTS // 2)])
    drawn = np.unique(places.round().astype(int).clip(0, last))
    return {
        "roc": {"fpr": [0.0, *fpr[drawn].tolist()], "tpr": [0.0, *tpr[drawn].tolist()]},
        "precision_recall": {
            "recall": tpr[drawn].tolist(),
            "precision": (true_positives / (true_positives + false_positives))[drawn].tolist(),
        },
        "ks": {
            "probability": thresholds[drawn][::-1].tolist(),
            "defaults": (1 - tpr)[drawn][::-1].tolist(),
            "repaid": (1 - fpr)[drawn][::-1].tolist(),
            "at": float(thresholds[int(np.argmax(tpr - fpr))]),
        },
        "lift": lift(target, probability),
    }


def lift(target: Values, probability: Values) -> list[dict[str, float]]:
    """Return, per tenth of the clients, the riskiest first: {"n", "default_rate", "lift"}."""
    rate = target.mean()
    tenths = np.array_split(np.argsort(-probability, kind="stable"), DECILES)
    return [
        {
            "n": len(rows),
            "default_rate": float(target[rows].mean()),
            "lift": float(target[rows].mean() / rate),
        }
        for rows in tenths
    ]


def reliability(target: Values, probability: Values) -> dict[str, Any]:
    """Compare probabilities with outcomes.

    {"slope", "intercept": of the outcome on the log-odds (1 and 0 are calibrated), "ece", "deciles": per
    tenth of rising probability {"n", "expected", "observed", "low", "high"}, with its 95 % interval}.
    """
    odds = np.log(probability / (1 - probability))
    slope, intercept = classification.logistic_fit(odds, target, np.ones(len(target)))
    ranked = classification.rank(target, probability, threshold=0.5)
    tenths = np.array_split(np.argsort(probability, kind="stable"), DECILES)
    return {
        "slope": slope,
        "intercept": intercept,
        "ece": classification.ece(ranked),
        "deciles": [_decile(target[rows], probability[rows]) for rows in tenths],
    }


def _decile(target: Values, probability: Values) -> dict[str, float]:
    observed = float(target.mean())
    low, high = wilson(float(target.sum()), len(target))
    return {
        "n": len(target),
        "expected": float(probability.mean()),
        "observed": observed,
        "low": low,
        "high": high,
    }
