"""The business cost of wrong verdicts and the threshold that makes it smallest."""

import numpy as np
from numpy.typing import NDArray

# Accepting a client who defaults costs ten times as much as refusing one who would have paid.
FALSE_NEGATIVE = 10
FALSE_POSITIVE = 1

# Refuse when 10 p > 1 - p. Source: C. Elkan, "The foundations of cost-sensitive learning" (2001).
THEORY = FALSE_POSITIVE / (FALSE_POSITIVE + FALSE_NEGATIVE)


def best_threshold(target: NDArray[np.float64], probability: NDArray[np.float64]) -> float:
    """The probability from which refusing makes (10 FN + FP)/N smallest for these clients, (n,) each.

    The smallest of several equally good ones; 1.0 when accepting everybody is cheapest.
    """
    order = np.argsort(probability, kind="stable")
    defaults, ranked = target[order], probability[order]
    missed = np.concatenate([[0.0], np.cumsum(defaults)])
    refused_good = np.concatenate([np.cumsum((1 - defaults)[::-1])[::-1], [0.0]])
    cost = FALSE_NEGATIVE * missed + FALSE_POSITIVE * refused_good
    # Clients of equal probability get the same verdict: only the first of them can open the refusals.
    opens = np.concatenate([[True], np.diff(ranked) > 0, [True]])
    best = int(np.argmin(np.where(opens, cost, np.inf)))
    return float(ranked[best]) if best < len(ranked) else 1.0


def fold_thresholds(
    target: NDArray[np.float64], probability: NDArray[np.float64], fold: NDArray[np.int64]
) -> list[float]:
    """The best threshold of each fold; their mean is the model's threshold."""
    inside = [fold == number for number in np.unique(fold)]
    return [best_threshold(target[rows], probability[rows]) for rows in inside]
