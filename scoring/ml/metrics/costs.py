"""The business cost of wrong verdicts and the threshold that makes it smallest."""

from dataclasses import dataclass

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


def best_threshold(target: Values, probability: Values, costs: Costs = DEFAULT_COSTS) -> float:
    """Return the probability from which refusing makes (fn FN + fp FP)/N smallest, for n clients, (n,) each.

    It is the smallest of several equally good ones; 1.0 when accepting everybody is cheapest.
    """
    thresholds, cost = costs_by_threshold(target, probability, costs)
    return float(thresholds[int(np.argmin(cost))])


def fold_thresholds(
    target: Values, probability: Values, fold: NDArray[np.int64], costs: Costs = DEFAULT_COSTS
) -> list[float]:
    """Return the best threshold of each fold; their mean is the model's threshold."""
    masks = [fold == number for number in np.unique(fold)]
    return [best_threshold(target[rows], probability[rows], costs) for rows in masks]


def costs_by_threshold(target: Values, probability: Values, costs: Costs) -> tuple[Values, Values]:
    """Return each distinct probability as a threshold, then 1.0 (accept all), and its cost per client.

    `target` is 0 or 1, (n,) like `probability`; both results are (m,), m <= n + 1.
    """
    order = np.argsort(probability, kind="stable")
    defaults, ranked = target[order], probability[order]
    missed = np.concatenate([[0.0], np.cumsum(defaults)])
    refused_good = np.concatenate([np.cumsum((1 - defaults)[::-1])[::-1], [0.0]])
    # Clients of equal probability get the same verdict: only the first of them can open the refusals.
    opens = np.concatenate([[True], np.diff(ranked) > 0, [True]])
    cost = (costs.fn * missed + costs.fp * refused_good) / max(len(target), 1)
    return np.append(ranked, 1.0)[opens], cost[opens]
