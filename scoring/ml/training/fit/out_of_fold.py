"""From clients to scores, out of fold: selection, fitted features and boosters anew in every fold."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import feature_preparation, stages
from scoring.ml.training.fit.hyperparameters import Recipe

Values = NDArray[np.float64]


def of(clients: Clients, *, families: Sequence[str], recipe: Recipe, seed: int) -> Callable[[Values], Values]:
    """From outcomes, (n,), to log-odds, (n,), by boosters that saw neither the client nor the hold-out.

    The held-out ones get NaN. `families` are the fitted ones that are used. Raises TrainingError when the
    defaults do not fill the folds.
    """

    def out_of_fold(target: Values) -> Values:
        asked = replace(clients, target=target)
        parts = stages.split(asked, seed)
        prepared = feature_preparation.Preparation(families, asked.past, recipe, seed)
        ladder = stages.ladder(
            asked, stages.alone(asked), parts, prepared.rows_of, recipe=recipe, seed=seed, say=_silent
        )
        return ladder.cross_validate().raw

    return out_of_fold


def _silent(stage: str) -> None:
    """A check within a training has no stages of its own."""
