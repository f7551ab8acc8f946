"""How verdicts fall on groups that no feature knows, measured on clients the booster never saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.intervals import bootstrap_weights, percentile_bounds
from scoring.ml.model.population import age_band
from scoring.ml.training.data.clients import Clients

Values = NDArray[np.float64]

# Smaller groups are named, not measured: their rates would be chance, and could describe somebody.
SMALLEST_GROUP = 100
FEWEST_DEFAULTS = 20
# A selection rate under four fifths of the highest asks for a look. A screen, never a proof of fairness.
# Source: US EEOC Uniform Guidelines, 29 CFR 1607.4 D (1978).
FOUR_FIFTHS = 0.8


@dataclass(frozen=True, slots=True)
class Counted:
    """Weighted counts of each of g groups, (g,) each."""

    clients: Values
    defaults: Values
    refused_defaults: Values
    refused_repaid: Values
    expected: Values

    def rates(self) -> dict[str, Values]:
        """By name, (g,): what is reported of every group."""
        repaid = self.clients - self.defaults
        accepted = 1 - (self.refused_defaults + self.refused_repaid) / self.clients
        return {
            "default_rate": self.defaults / self.clients,
            "expected": self.expected / self.clients,
            "acceptance_rate": accepted,
            "selection_ratio": accepted / accepted.max(),
            "tpr": self.refused_defaults / self.defaults,
            "fpr": self.refused_repaid / repaid,
        }


def by_group(
    clients: Clients, probability: Values, threshold: float, *, resamples: int, seed: int
) -> dict[str, dict[str, Any]]:
    """By attribute: "groups", "gaps" and the names of the "suppressed" groups.

    Each group has "n", "defaults" and, as {"value", "low", "high"}: its default rate, the mean probability
    `expected` beside it, its acceptance rate and that as a ratio of the highest, `tpr` (the share of defaults
    that is refused) and `fpr` (the share of good payers that is). "gaps" are the largest differences of tpr
    and fpr between groups and the lowest ratio.
    """
    refused = probability >= threshold
    return {
        attribute: _attribute(values, clients.target, refused, probability, resamples, seed)
        for attribute, values in attributes(clients).items()
    }


def attributes(clients: Clients) -> Mapping[str, NDArray[Any]]:
    """What clients are grouped by, (n,) each, None where unknown."""
    births = clients.ingredients["DAYS_BIRTH"]
    bands = [None if np.isnan(birth) else age_band(birth) for birth in births.tolist()]
    return {**clients.protected, "age_band": np.array(bands, dtype=object)}


def _attribute(
    values: NDArray[Any],
    target: Values,
    refused: NDArray[np.bool_],
    probability: Values,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    found = sorted({value for value in values.tolist() if value is not None})
    kept = [group for group in found if _is_large_enough(target[values == group])]
    outcome: dict[str, Any] = {
        "groups": {},
        "gaps": {},
        "suppressed": [one for one in found if one not in kept],
    }
    if not kept:
        return outcome
    code = np.select([values == group for group in kept], np.arange(len(kept)), default=len(kept))

    def count(weights: Values) -> Counted:
        return _counted(code, len(kept), target, refused, probability, weights)

    ones = np.ones(len(target))
    whole = count(ones)
    drawn = [count(weights) for weights in bootstrap_weights(len(target), resamples, seed)]
    outcome["groups"] = _groups(kept, whole, drawn)
    outcome["gaps"] = _intervals(_gaps(whole.rates()), [_gaps(one.rates()) for one in drawn])
    return outcome


def _is_large_enough(target: Values) -> bool:
    return len(target) >= SMALLEST_GROUP and min(target.sum(), (1 - target).sum()) >= FEWEST_DEFAULTS


def _counted(
    code: NDArray[np.int64],
    groups: int,
    target: Values,
    refused: NDArray[np.bool_],
    probability: Values,
    weights: Values,
) -> Counted:
    def total(values: Values) -> Values:
        return np.bincount(code, weights * values, minlength=groups + 1)[:groups].astype(np.float64)

    return Counted(
        clients=total(np.ones(len(code))),
        defaults=total(target),
        refused_defaults=total(target * refused),
        refused_repaid=total((1 - target) * refused),
        expected=total(probability),
    )


def _groups(names: list[str], whole: Counted, drawn: list[Counted]) -> dict[str, Any]:
    rates, again = whole.rates(), [one.rates() for one in drawn]
    return {
        name: {
            "n": int(whole.clients[group]),
            "defaults": int(whole.defaults[group]),
            **_intervals(
                {rate: float(values[group]) for rate, values in rates.items()},
                [{rate: float(values[group]) for rate, values in one.items()} for one in again],
            ),
        }
        for group, name in enumerate(names)
    }


def _gaps(rates: Mapping[str, Values]) -> dict[str, float]:
    return {
        "tpr_gap": float(np.ptp(rates["tpr"])),
        "fpr_gap": float(np.ptp(rates["fpr"])),
        "lowest_ratio": float(rates["selection_ratio"].min()),
    }


def _intervals(values: Mapping[str, float], drawn: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {
        name: {"value": value, **_between([one[name] for one in drawn])} for name, value in values.items()
    }


def _between(drawn: list[float]) -> dict[str, float]:
    low, high = percentile_bounds(np.array(drawn))
    return {"low": float(low), "high": float(high)}
