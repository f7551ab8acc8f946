"""Group fairness: verdicts by protected attribute and age band, on out-of-sample probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.intervals import Estimate, bootstrap_weights, percentile_bounds
from scoring.ml.model.manifest_validation import AttributeFairness, FairnessGaps, GroupRates
from scoring.ml.model.population import age_band
from scoring.ml.training.data.clients import Clients

Values = NDArray[np.float64]

# Smaller groups are named, not measured: their rates would be chance, and could describe somebody.
MIN_GROUP = 100
MIN_OUTCOMES = 20
# A selection rate under four fifths of the highest asks for a look. A screen, never a proof of fairness.
# Source: US EEOC Uniform Guidelines, 29 CFR 1607.4 D (1978).
FOUR_FIFTHS = 0.8


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """Weighted counts of each of g groups, (g,) each; `expected` is the sum of probabilities."""

    clients: Values
    defaults: Values
    refused_defaults: Values
    refused_repaid: Values
    expected: Values

    def rates(self) -> dict[str, Values]:
        """Return the rates of the groups, (g,) each, by name."""
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

    def gaps(self) -> dict[str, float]:
        """Return the largest differences between groups and the lowest ratio of acceptance rates, by name."""
        rates = self.rates()
        return {
            "tpr_gap": float(np.ptp(rates["tpr"])),
            "fpr_gap": float(np.ptp(rates["fpr"])),
            "lowest_ratio": float(rates["selection_ratio"].min()),
        }


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """n clients: outcome, verdict and probability, (n,) each."""

    target: Values
    refused: NDArray[np.bool_]
    probability: Values

    def counts(self, code: NDArray[np.int64], groups: int, weights: Values) -> GroupCounts:
        """Count by group, `code` (n,); clients of code `groups` are in none."""

        def total(values: Values) -> Values:
            return np.bincount(code, weights * values, minlength=groups + 1)[:groups].astype(np.float64)

        return GroupCounts(
            clients=total(np.ones(len(code))),
            defaults=total(self.target),
            refused_defaults=total(self.target * self.refused),
            refused_repaid=total((1 - self.target) * self.refused),
            expected=total(self.probability),
        )


def group_fairness(
    clients: Clients, probability: Values, threshold: float, *, resamples: int, seed: int
) -> dict[str, AttributeFairness]:
    """Measure every group of every attribute, with 95 % bootstrap intervals; small groups are suppressed."""
    verdicts = _Verdicts(clients.target, probability >= threshold, probability)
    return {
        attribute: _attribute(values, verdicts, resamples, seed)
        for attribute, values in attributes(clients).items()
    }


def attributes(clients: Clients) -> Mapping[str, NDArray[Any]]:
    """Return the attributes by which clients are grouped, (n,) each, None where unknown."""
    births = clients.ingredients["DAYS_BIRTH"]
    bands = [None if np.isnan(birth) else age_band(birth) for birth in births.tolist()]
    return {**clients.protected, "age_band": np.array(bands, dtype=object)}


def _attribute(values: NDArray[Any], verdicts: _Verdicts, resamples: int, seed: int) -> AttributeFairness:
    groups = sorted({value for value in values.tolist() if value is not None})
    measured = [group for group in groups if is_large_enough(verdicts.target[values == group])]
    suppressed = tuple(group for group in groups if group not in measured)
    if not measured:
        return AttributeFairness(groups={}, gaps=None, suppressed=suppressed)
    code = np.select([values == group for group in measured], np.arange(len(measured)), default=len(measured))
    size = len(verdicts.target)
    counts = verdicts.counts(code, len(measured), np.ones(size))
    draws = [
        verdicts.counts(code, len(measured), weights) for weights in bootstrap_weights(size, resamples, seed)
    ]
    return AttributeFairness(
        groups=_group_rates(measured, counts, draws),
        gaps=FairnessGaps(**_estimates(counts.gaps(), [draw.gaps() for draw in draws])),
        suppressed=suppressed,
    )


def is_large_enough(target: Values) -> bool:
    return len(target) >= MIN_GROUP and min(target.sum(), (1 - target).sum()) >= MIN_OUTCOMES


def _group_rates(
    groups: Sequence[str], counts: GroupCounts, draws: Sequence[GroupCounts]
) -> dict[str, GroupRates]:
    rates, drawn_rates = counts.rates(), [draw.rates() for draw in draws]

    def of_group(values: Mapping[str, Values], position: int) -> dict[str, float]:
        return {name: float(by_group[position]) for name, by_group in values.items()}

    return {
        group: GroupRates(
            clients=int(counts.clients[position]),
            defaults=int(counts.defaults[position]),
            **_estimates(of_group(rates, position), [of_group(drawn, position) for drawn in drawn_rates]),
        )
        for position, group in enumerate(groups)
    }


def _estimates(values: Mapping[str, float], draws: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    lows, highs = percentile_bounds(np.array([[draw[name] for name in values] for draw in draws]))
    return {
        name: Estimate(value, float(low), float(high))
        for (name, value), low, high in zip(values.items(), lows, highs, strict=True)
    }
