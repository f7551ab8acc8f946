"""ROC, precision-recall, KS, lift, reliability and cost curves, as the points that card and pages draw."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix_at_thresholds

from scoring.ml.metrics import classification
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs, costs_by_threshold
from scoring.ml.metrics.intervals import wilson
from scoring.ml.model.manifest_sections import (
    CostCurve,
    CostPoint,
    CurvesSection,
    FlatRange,
    KsCurve,
    LiftDecile,
    PrecisionRecallCurve,
    ReliabilityDecile,
    ReliabilitySection,
    RocCurve,
)

Values = NDArray[np.float64]

POINTS = 60
COST_POINTS = 200
DECILES = 10
# A threshold whose cost lies within this share of the smallest one is as good as the best.
FLAT = 0.01


def curves(target: Values, probability: Values) -> CurvesSection:
    """Return ROC, precision-recall, KS and lift of n clients, (n,) each, both outcomes present."""
    _, false_positives, _, true_positives, thresholds = confusion_matrix_at_thresholds(target, probability)
    tpr, fpr = true_positives / true_positives[-1], false_positives / false_positives[-1]
    precision = true_positives / (true_positives + false_positives)
    last = len(thresholds) - 1
    # Evenly over the clients, and finer among the riskiest, where precision changes fastest.
    places = np.concatenate([np.linspace(0, last, POINTS), np.geomspace(1, max(last, 1), POINTS // 2)])
    drawn = np.unique(places.round().astype(int).clip(0, last))
    return CurvesSection(
        roc=RocCurve(fpr=(0.0, *fpr[drawn].tolist()), tpr=(0.0, *tpr[drawn].tolist())),
        precision_recall=PrecisionRecallCurve(
            recall=_points(tpr[drawn]), precision=_points(precision[drawn])
        ),
        ks=KsCurve(
            probability=_points(thresholds[drawn][::-1]),
            defaults=_points((1 - tpr)[drawn][::-1]),
            repaid=_points((1 - fpr)[drawn][::-1]),
            at=float(thresholds[int(np.argmax(tpr - fpr))]),
        ),
        lift=lift(target, probability),
    )


def lift(target: Values, probability: Values) -> tuple[LiftDecile, ...]:
    """Return the default rate of each tenth of the clients, the riskiest first, and its ratio to the mean."""
    tenths = np.array_split(np.argsort(-probability, kind="stable"), DECILES)
    return tuple(
        LiftDecile(
            clients=len(rows),
            default_rate=float(target[rows].mean()),
            lift=float(target[rows].mean() / target.mean()),
        )
        for rows in tenths
    )


def reliability(target: Values, probability: Values) -> ReliabilitySection:
    """Compare probabilities with outcomes, (n,) each, over all clients and by tenth of rising probability."""
    odds = np.log(probability / (1 - probability))
    slope, intercept = classification.logistic_fit(odds, target, np.ones(len(target)))
    tenths = np.array_split(np.argsort(probability, kind="stable"), DECILES)
    return ReliabilitySection(
        slope=slope,
        intercept=intercept,
        ece=classification.ece(classification.rank(target, probability, threshold=0.5)),
        deciles=tuple(_reliability_decile(target[rows], probability[rows]) for rows in tenths),
    )


def _reliability_decile(target: Values, probability: Values) -> ReliabilityDecile:
    low, high = wilson(float(target.sum()), len(target))
    return ReliabilityDecile(
        clients=len(target),
        expected=float(probability.mean()),
        observed=float(target.mean()),
        low=low,
        high=high,
    )


def cost_curve(target: Values, probability: Values, chosen: float, costs: Costs = DEFAULT_COSTS) -> CostCurve:
    """Return the cost per client at no more than COST_POINTS thresholds, and the range where it is flat.

    `flat` is the range of thresholds around the minimum over which the cost stays within FLAT of it.
    """
    thresholds, cost = costs_by_threshold(target, probability, costs)
    lowest = int(np.argmin(cost))
    above = np.flatnonzero(cost > cost[lowest] * (1 + FLAT))
    first = int(above[above < lowest].max(initial=-1)) + 1
    last = int(above[above > lowest].min(initial=len(cost))) - 1

    def at(threshold: float) -> CostPoint:
        position = int(np.searchsorted(thresholds, threshold, side="left"))
        return CostPoint(threshold=threshold, cost=float(cost[min(position, len(cost) - 1)]))

    # Evenly over the clients, so that the curve is fine where they are many.
    drawn = np.unique(np.linspace(0, len(cost) - 1, COST_POINTS).round().astype(int))
    return CostCurve(
        thresholds=_points(thresholds[drawn]),
        costs=_points(cost[drawn]),
        minimum=at(float(thresholds[lowest])),
        chosen=at(chosen),
        theoretical=at(costs.theoretical_threshold),
        accept_all=at(1.0),
        flat=FlatRange(within=FLAT, low=float(thresholds[first]), high=float(thresholds[last])),
    )


def _points(values: Values) -> tuple[float, ...]:
    return tuple(values.tolist())
