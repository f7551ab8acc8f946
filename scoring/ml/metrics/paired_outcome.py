"""Two models on the same clients: what remains of their difference when the clients are drawn again."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.performance import Costs, realised

Values = NDArray[np.float64]

RESAMPLES = 500
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's probabilities, (n,), of clients it had not seen, and its threshold."""

    probability: Values
    threshold: float


def differences(
    target: Values, champion: Judged, challenger: Judged, costs: Costs, *, seed: int = 0
) -> dict[str, Any]:
    """Challenger less champion, of AUC and of the cost per client: {"value", "low", "high", "clients", ...}.

    Paired bootstrap (95 %): each draw takes the same clients for both, so that what is hard about the clients
    cancels out. Both outcomes must be present.
    """
    everybody = np.arange(len(target))
    rng = np.random.default_rng(seed)
    pairs = [_both(target, champion, challenger, costs, everybody)]
    pairs += [
        _both(target, champion, challenger, costs, rng.integers(0, len(target), len(target)))
        for _ in range(RESAMPLES)
    ]
    return {name: _figure([pair[name] for pair in pairs], len(target)) for name in ("auc", "cost")}


def _both(
    target: Values, champion: Judged, challenger: Judged, costs: Costs, rows: NDArray[np.int64]
) -> dict[str, tuple[float, float]]:
    before, after = (
        realised(target[rows], one.probability[rows], one.threshold, costs) for one in (champion, challenger)
    )
    return {"auc": (before.auc, after.auc), "cost": (before.cost, after.cost)}


def _figure(pairs: list[tuple[float, float]], clients: int) -> dict[str, float]:
    drawn = [after - before for before, after in pairs[1:] if after == after and before == before]
    low, high = np.percentile(drawn, _INTERVAL)
    champion, challenger = pairs[0]
    return {
        "value": challenger - champion,
        "low": float(low),
        "high": float(high),
        "champion": champion,
        "challenger": challenger,
        "clients": clients,
    }
