"""Curves of disturbed inputs: figures on the hold-out when numbers are noisy or facts are missing.

The booster is the one that saw none of the hold-out. Features are disturbed as the booster reads them: a
figure derived from another one is not computed anew, so a curve compares versions, it foretells no failure
of a source.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.features import catalogue
from scoring.ml.metrics import classification, paired
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.calibration import Calibration
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_weaknesses import DisturbedPoint
from scoring.ml.training.fit.staged_boosting import HoldOutModel

Values = NDArray[np.float64]
Disturb = Callable[[HoldOutModel, float, np.random.Generator], Values]

MAX_RESAMPLES: Final = 200
LEVELS: Final = (0.05, 0.1, 0.2, 0.4)
_COMPARED = ("auc", "cost")


@dataclass(frozen=True, slots=True)
class HoldOutVerdicts:
    """The hold-out's booster and outcomes, (h,), with the rule that turns log-odds into verdicts."""

    model: HoldOutModel
    target: Values
    calibration: Calibration
    threshold: float
    costs: Costs

    def probability(self, matrix: Values) -> Values:
        return self.calibration.probability(self.model.log_odds(matrix))


def curve(
    hold_out: HoldOutVerdicts,
    disturb: Disturb,
    *,
    resamples: int,
    seed: int,
    levels: Sequence[float] = LEVELS,
) -> tuple[DisturbedPoint, ...]:
    """Return a point for each level; a higher one shifts or takes the same values, and more."""
    undisturbed = hold_out.probability(hold_out.model.matrix)
    return tuple(
        _point(
            hold_out,
            level,
            undisturbed,
            hold_out.probability(disturb(hold_out.model, level, np.random.default_rng(seed))),
            resamples=resamples,
            seed=seed,
        )
        for level in levels
    )


def with_noise(model: HoldOutModel, level: float, rng: np.random.Generator) -> Values:
    """Shift each number by so many standard deviations times a normal draw; categories stay."""
    numeric = [column for column, name in enumerate(model.names) if name not in vocabulary(model.names)]
    deviations = np.array([_deviation(model.matrix[:, column]) for column in numeric])
    matrix = model.matrix.copy()
    matrix[:, numeric] += level * deviations * rng.normal(size=(len(matrix), len(numeric)))
    return matrix


def with_missing(model: HoldOutModel, level: float, rng: np.random.Generator) -> Values:
    """Take each group of facts from each client with so much probability, all its values together.

    A feature that was never missing in training is read as its training median, as in the desk.
    """
    groups = np.array([catalogue.BY_NAME[name].group for name in model.names])
    matrix = model.matrix.copy()
    for group in np.unique(groups):
        columns = np.flatnonzero(groups == group)
        rows = np.flatnonzero(rng.random(len(matrix)) < level)
        matrix[np.ix_(rows, columns)] = [model.medians.get(model.names[column], np.nan) for column in columns]
    return matrix


def _deviation(values: Values) -> float:
    """A feature that nobody of the hold-out has stays missing whatever is added to it."""
    present = values[~np.isnan(values)]
    return float(present.std()) if len(present) else 0.0


def _point(
    hold_out: HoldOutVerdicts,
    level: float,
    undisturbed: Values,
    disturbed: Values,
    *,
    resamples: int,
    seed: int,
) -> DisturbedPoint:
    before, after = (
        classification.rank(hold_out.target, probability, hold_out.threshold, hold_out.costs)
        for probability in (undisturbed, disturbed)
    )
    change = paired.differences(before, after, _COMPARED, resamples=resamples, seed=seed)
    refused = [probability >= hold_out.threshold for probability in (undisturbed, disturbed)]
    return DisturbedPoint(
        level=level,
        auc=change["auc"].challenger,
        auc_change=change["auc"].estimate,
        cost=change["cost"].challenger,
        cost_change=change["cost"].estimate,
        verdicts_changed=float((refused[0] != refused[1]).mean()),
    )
