"""What probabilities look like against outcomes: the points of the curves that the card and the page draw."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification

Values = NDArray[np.float64]

POINTS = 60
DECILES = 10
# Two-sided 95 % of the normal distribution.
_Z = 1.959964


def curves(target: Values, probability: Values) -> dict[str, Any]:
    """ROC, precision-recall, KS and lift of n clients, both outcomes present, each as lists of numbers.

    {"roc": {"fpr", "tpr"}, "precision_recall": {"recall", "precision"}, "ks": {"probability", "defaults",
    "repaid", "at"}, "lift": one row per tenth of the clients, the riskiest first}.
    """
    order = np.argsort(-probability, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(probability[order]) < 0), len(order) - 1)
    caught, alarms = np.cumsum(target[order])[ends], np.cumsum(1 - target[order])[ends]
    tpr, fpr = caught / caught[-1], alarms / alarms[-1]
    cut = probability[order][ends]
    last = len(ends) - 1
    # Evenly over the clients, and finer among the riskiest, where precision changes fastest.
    places = np.concatenate([np.linspace(0, last, POINTS), np.geomspace(1, max(last, 1), POINTS // 2)])
    kept = np.unique(places.round().astype(int).clip(0, last))
    return {
        "roc": {"fpr": [0.0, *fpr[kept].tolist()], "tpr": [0.0, *tpr[kept].tolist()]},
        "precision_recall": {
            "recall": tpr[kept].tolist(),
            "precision": (caught / (caught + alarms))[kept].tolist(),
        },
        "ks": {
            "probability": cut[kept][::-1].tolist(),
            "defaults": (1 - tpr)[kept][::-1].tolist(),
            "repaid": (1 - fpr)[kept][::-1].tolist(),
            "at": float(cut[int(np.argmax(tpr - fpr))]),
        },
        "lift": lift(target, probability),
    }


def lift(target: Values, probability: Values) -> list[dict[str, float]]:
    """Per tenth of the clients, the riskiest first: {"n", "default_rate", "lift"}."""
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
    """How probabilities compare with what happened.

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
        "ece": classification.ece(ranked, np.ones(len(target))),
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


def wilson(count: float, size: int) -> tuple[float, float]:
    """95 % interval of a share. Source: E. B. Wilson, "Probable inference" (1927)."""
    share, spread = count / size, _Z**2 / size
    middle = (share + spread / 2) / (1 + spread)
    reach = np.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return float(max(0.0, middle - reach)), float(min(1.0, middle + reach))
