"""The business cost of wrong verdicts and the threshold that makes it smallest."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a wrong verdict costs: `fn` a default that was accepted, `fp` a good payer who was refused.

    Accepting a client who defaults is taken to cost ten times as much as refusing one who would have paid.
    """

    fn: float = 10
    fp: float = 1

    @property
    def theoretical_threshold(self) -> float:
        """Refuse when fn p > fp (1 - p). Source: C. Elkan, "Cost-sensitive learning" (2001)."""
        return self.fp / (self.fp + self.fn)


DEFAULT_COSTS = Costs()

# A threshold whose cost lies within this share of the smallest one is as good as the best.
FLAT = 0.01
POINTS = 200


def best_threshold(target: Values, probability: Values, costs: Costs = DEFAULT_COSTS) -> float:
    """Return the probability from which refusing makes (fn FN + fp FP)/N smallest, for n clients, (n,) each.

    It is the smallest of several equally good ones; 1.0 when accepting everybody is cheapest.
    """
    thresholds, cost = _costs_at_each(target, probability, costs)
    return float(thresholds[int(np.argmin(cost))])


def fold_thresholds(
    target: Values, probability: Values, fold: NDArray[np.int64], costs: Costs = DEFAULT_COSTS
) -> list[float]:
    """Return the best threshold of each fold; their mean is the model's threshold."""
    masks = [fold == number for number in np.unique(fold)]
    return [best_threshold(target[rows], probability[rows], costs) for rows in masks]


def cost_curve(
    target: Values, probability: Values, chosen: float, costs: Costs = DEFAULT_COSTS
) -> dict[str, Any]:
    """Return the cost per client at no more than POINTS thresholds, and how flat it is around its minimum.

    {"threshold", "cost": numbers; "minimum", "chosen", "theory", "everybody": {"threshold", "cost"}; "flat":
    {"within", "low", "high"}}. `everybody` accepts all; `flat` is the range of thresholds around the minimum
    over which the cost stays within FLAT of it.
    """
    thresholds, cost = _costs_at_each(target, probability, costs)
    lowest = int(np.argmin(cost))
    above = np.flatnonzero(cost > cost[lowest] * (1 + FLAT))
    first = int(above[above < lowest].max(initial=-1)) + 1
    last = int(above[above > lowest].min(initial=len(cost))) - 1

    def at(threshold: float) -> dict[str, float]:
        position = int(np.searchsorted(thresholds, threshold, side="left"))
        return {"threshold": threshold, "cost": float(cost[min(position, len(cost) - 1)])}

    # Evenly over the clients, so that the curve is fine where they are many.
    drawn = np.unique(np.linspace(0, len(cost) - 1, POINTS).round().astype(int))
    return {
        "threshold": thresholds[drawn].tolist(),
        "cost": cost[drawn].tolist(),
        "minimum": at(float(thresholds[lowest])),
        "chosen": at(chosen),
        "theory": at(costs.theoretical_threshold),
        "everybody": at(1.0),
        "flat": {"within": FLAT, "low": float(thresholds[first]), "high": float(thresholds[last])},
    }


def _costs_at_each(target: Values, probability: Values, costs: Costs) -> tuple[Values, Values]:
    """Return each distinct probability as a threshold, then 1.0 (accept all), and its cost per client."""
    order = np.argsort(probability, kind="stable")
    defaults, ranked = target[order], probability[order]
    missed = np.concatenate([[0.0], np.cumsum(defaults)])
    refused_good = np.concatenate([np.cumsum((1 - defaults)[::-1])[::-1], [0.0]])
    # Clients of equal probability get the same verdict: only the first of them can open the refusals.
    opens = np.concatenate([[True], np.diff(ranked) > 0, [True]])
    cost = (costs.fn * missed + costs.fp * refused_good) / max(len(target), 1)
    return np.append(ranked, 1.0)[opens], cost[opens]
