"""How well a model does: estimated from its probabilities alone, and measured once outcomes are known.

A calibrated probability says how often its verdict is wrong: a client with probability p counts as p of a
default and 1 - p of a good payer. Source: confidence-based performance estimation, NannyML's documentation.
It holds as long as the calibration does; a changed link between features and outcome it cannot see.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 200
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Costs:
    """Of accepting a default (`fn`) and of refusing a good payer (`fp`)."""

    fn: float
    fp: float


@dataclass(frozen=True, slots=True)
class Performance:
    """Confusion in clients (fractions when estimated), AUC (NaN without both outcomes), cost per client."""

    tp: float
    fp: float
    fn: float
    tn: float
    auc: float
    cost: float


def estimated(probability: Values, threshold: float, costs: Costs) -> Performance:
    """What is to be expected of clients whose outcome nobody knows yet, (n,)."""
    return _weighted(probability, probability, threshold, costs)


def realised(target: Values, probability: Values, threshold: float, costs: Costs) -> Performance:
    """What came true: `target` is 0 or 1, (n,)."""
    return _weighted(target, probability, threshold, costs)


def with_intervals(
    target: Values | None, probability: Values, threshold: float, costs: Costs, *, seed: int = 0
) -> dict[str, Any]:
    """AUC and cost as {"value", "low", "high"} (95 %, bootstrap), the confusion and the number of clients.

    Without `target` it is the estimate; its interval is that of the performance which will come true, so
    outcomes are drawn too.
    """
    rng = np.random.default_rng(seed)
    weights = probability if target is None else target
    value = _weighted(weights, probability, threshold, costs)
    drawn = [_weighted(*_redrawn(weights, probability, rng), threshold, costs) for _ in range(RESAMPLES)]
    figures: dict[str, Any] = {
        name: _figure(getattr(value, name), [getattr(one, name) for one in drawn]) for name in ("auc", "cost")
    }
    counts = {name: count for name, count in asdict(value).items() if name in ("tp", "fp", "fn", "tn")}
    return {**figures, "confusion": counts, "clients": len(probability)}


def _redrawn(weights: Values, probability: Values, rng: np.random.Generator) -> tuple[Values, Values]:
    rows = rng.integers(0, len(weights), len(weights))
    outcomes = (rng.random(len(rows)) < weights[rows]).astype(np.float64)
    return outcomes, probability[rows]


def _weighted(defaults: Values, probability: Values, threshold: float, costs: Costs) -> Performance:
    refused = probability >= threshold
    tp, fn = float(defaults[refused].sum()), float(defaults[~refused].sum())
    fp, tn = float(refused.sum() - tp), float((~refused).sum() - fn)
    cost = (costs.fn * fn + costs.fp * fp) / len(probability)
    return Performance(tp, fp, fn, tn, _auc(defaults, probability), cost)


def _auc(defaults: Values, probability: Values) -> float:
    """Share of (default, good payer) pairs that are ranked rightly, ties by half, each by its weight."""
    order = np.argsort(probability, kind="stable")
    ranked, weight = probability[order], defaults[order]
    ends = np.flatnonzero(np.append(np.diff(ranked) > 0, True))
    bad, good = np.cumsum(weight)[ends], np.cumsum(1 - weight)[ends]
    if bad[-1] <= 0 or good[-1] <= 0:
        return float("nan")
    here, tied = np.diff(bad, prepend=0.0), np.diff(good, prepend=0.0)
    return float(here @ (good - tied / 2) / (bad[-1] * good[-1]))


def _figure(value: float, drawn: list[float]) -> Mapping[str, float | None]:
    known = [one for one in drawn if one == one]
    if value != value or not known:
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(known, _INTERVAL)
    return {"value": value, "low": float(low), "high": float(high)}
