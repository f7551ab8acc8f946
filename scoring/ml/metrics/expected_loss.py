"""Expected loss: probability of default x loss given default x exposure at default, in scenarios.

A figure of risk for those who steer a portfolio, over the horizon of the probability. It is no provision and
no accounting figure: it knows no stages, no discounting and no losses over the life of a loan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics.policy_comparison import in_cycle

Values = NDArray[np.float64]

# In log-odds: beyond this nearly everybody defaults.
MAX_SHIFT: Final = 20.0
# Halvings of the interval that the shift lies in: beyond the precision of a double.
BISECTIONS: Final = 80


@dataclass(frozen=True, slots=True)
class Exposures:
    """n loans: probability of default, share lost on a default, amount owed at default, (n,) each."""

    probability: Values
    lgd: Values
    ead: Values

    def __len__(self) -> int:
        return len(self.ead)

    @property
    def total(self) -> float:
        return float(self.ead.sum())

    def only(self, rows: NDArray[np.bool_]) -> "Exposures":
        return Exposures(self.probability[rows], self.lgd[rows], self.ead[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`shift` moves the log-odds of every default, `lgd_factor` the share that is lost, up to all of it."""

    code: str
    shift: float = 0.0
    lgd_factor: float = 1.0
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseStress:
    """How far defaults would have to rise for the loss to reach a limit."""

    shift: float
    default_rate: float


def losses(exposures: Exposures, scenario: Scenario | None = None) -> Values:
    """The expected loss of each loan, (n,)."""
    if scenario is None:
        return exposures.probability * exposures.lgd * exposures.ead
    probability = in_cycle(exposures.probability, scenario.shift)
    return probability * np.minimum(exposures.lgd * scenario.lgd_factor, 1.0) * exposures.ead


def weighted(exposures: Exposures, scenarios: Sequence[Scenario]) -> float:
    """The mean loss over scenarios whose weights add up to 1."""
    return float(sum(scenario.weight * losses(exposures, scenario).sum() for scenario in scenarios))


def reverse_stress(exposures: Exposures, limit: float) -> ReverseStress | None:
    """The smallest rise of all log-odds at which the loss reaches this share of what is owed.

    None where it does not even when everybody defaults, or has been reached already.
    """

    def loss(shift: float) -> float:
        return float(losses(exposures, Scenario(code="", shift=shift)).sum())

    target, low, high = limit * exposures.total, 0.0, MAX_SHIFT
    if not len(exposures) or loss(low) >= target or loss(high) < target:
        return None
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if loss(middle) >= target else (middle, high)
    return ReverseStress(shift=high, default_rate=float(in_cycle(exposures.probability, high).mean()))
