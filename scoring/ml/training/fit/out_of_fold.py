"""The whole procedure out of fold: selection, learned features and boosters anew in every fold."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import stages
from scoring.ml.training.fit.feature_preparation import FeaturePreparation
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.progress import silent

Values = NDArray[np.float64]

CrossValidate = Callable[[Values], Values]
"""From outcomes, (n,), to out-of-fold log-odds, (n,), NaN for the hold-out."""


def procedure(
    clients: Clients, *, families: Sequence[str], hyperparameters: Hyperparameters, seed: int
) -> CrossValidate:
    """Return a function that repeats the training on other outcomes, out of fold.

    `families` are the learned feature families that are used. The function raises TrainingError when the
    defaults do not fill the folds.
    """

    def cross_validate(target: Values) -> Values:
        relabelled = replace(clients, target=target)
        preparation = FeaturePreparation(families, clients.past_loans, hyperparameters, seed)
        boosting = stages.staged_boosting(
            relabelled,
            stages.single_stage(relabelled),
            splits.split(target, seed),
            preparation.for_stage,
            hyperparameters=hyperparameters,
            seed=seed,
            progress=silent,
        )
        return boosting.cross_validate().log_odds

    return cross_validate
