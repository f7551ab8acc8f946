"""Performance of a model: estimated from its probabilities alone, and measured once outcomes are known.

A calibrated probability says how often its verdict is wrong: a client with probability p counts as p of a
default and 1 - p of a good payer. Source: confidence-based performance estimation, NannyML's documentation.
It holds as long as the calibration does; a changed link between features and outcome it cannot see.
"""

from dataclasses import asdict, dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification
from scoring.ml.metrics.classification import Confusion
from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.intervals import percentile_bounds

Values = NDArray[np.float64]

RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Performance:
    """`confusion` in clients (fractions when estimated), AUC (NaN without both outcomes), cost per client."""

    confusion: Confusion
    auc: float
    cost: float


class StoredEstimate(TypedDict):
    """A figure and its 95 % interval; all None where the figure is undefined."""

    value: float | None
    low: float | None
    high: float | None


class StoredPerformance(TypedDict):
    """Performance as a drift report stores it; `confusion` has tp, fp, fn and tn."""

    auc: StoredEstimate
    cost: StoredEstimate
    confusion: dict[str, float]
    clients: int


def estimated(probability: Values, threshold: float, costs: Costs) -> Performance:
    """Return what to expect of clients whose outcome is not known yet, (n,)."""
    return _performance(probability, probability, threshold, costs)


def realised(target: Values, probability: Values, threshold: float, costs: Costs) -> Performance:
    """Return what came true: `target` is 0 or 1, (n,)."""
    return _performance(target, probability, threshold, costs)


def evaluate(
    target: Values | None, probability: Values, threshold: float, costs: Costs, *, seed: int = 0
) -> StoredPerformance:
    """Return AUC and cost with 95 % intervals (bootstrap), the confusion and the number of clients.

    Without `target` it is the estimate; its interval is that of the performance which will come true, so
    outcomes are drawn too.
    """
    rng = np.random.default_rng(seed)
    outcomes = probability if target is None else target
    value = _performance(outcomes, probability, threshold, costs)
    draws = [_performance(*_redrawn(outcomes, probability, rng), threshold, costs) for _ in range(RESAMPLES)]
    return {
        "auc": _stored(value.auc, [draw.auc for draw in draws]),
        "cost": _stored(value.cost, [draw.cost for draw in draws]),
        "confusion": asdict(value.confusion),
        "clients": len(probability),
    }


def _redrawn(outcomes: Values, probability: Values, rng: np.random.Generator) -> tuple[Values, Values]:
    """Draw clients, and an outcome for each with the probability that it has."""
    rows = rng.integers(0, len(outcomes), len(outcomes))
    return (rng.random(len(rows)) < outcomes[rows]).astype(np.float64), probability[rows]


def _performance(outcomes: Values, probability: Values, threshold: float, costs: Costs) -> Performance:
    clients = classification.rank(outcomes, probability, threshold, costs)
    return Performance(
        classification.confusion(clients), classification.auc(clients), classification.cost(clients)
    )


def _stored(value: float, draws: list[float]) -> StoredEstimate:
    if np.isnan(value) or np.isnan(draws).all():
        return {"value": None, "low": None, "high": None}
    low, high = percentile_bounds(np.array(draws))
    return {"value": value, "low": float(low), "high": float(high)}
