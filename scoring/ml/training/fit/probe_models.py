"""Probe models: small, quick boosters that measure something about the clients or the features.

All of them are cross-validated over clients with a fixed number of rounds: nothing is chosen on the clients
that are scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from scoring.ml import lightgbm
from scoring.ml.model.manifest_sections import Scalar
from scoring.ml.training.data import splits
from scoring.ml.training.fit.early_stopping import monotone
from scoring.ml.training.fit.hyperparameters import QUICK_PARAMS

Values = NDArray[np.float64]

ROUNDS = 120
# A leaf may not need more than this share of the clients, or small folders would never be split.
_LEAF_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class ProbeData:
    """`matrix` (n, k) of the features `names`, and the class of each row, `target` (n,), 0 or 1.

    `directions`: the sign of the effect of each feature that is held to one; `params`: settings that differ
    from the quick ones.
    """

    names: Sequence[str]
    matrix: Values
    target: Values
    categorical: Sequence[str] = ()
    directions: Mapping[str, int] = field(default_factory=dict)
    params: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """`log_odds`, (n,), from boosters that had not seen the row; `gains`, (k,), of each feature."""

    log_odds: Values
    gains: Values


def cross_validate(data: ProbeData, *, seed: int) -> ProbeResult:
    """Score each row out of fold. Raises TrainingError when the rarer class does not fill the folds."""
    fold = splits.folds(data.target, seed)
    log_odds = np.empty(len(data.target))
    gains = np.zeros(len(data.names))
    for number in range(splits.FOLDS):
        inside = fold == number
        booster = fit(data, ~inside, seed)
        log_odds[inside] = lightgbm.raw_scores(booster, data.matrix[inside])
        gains += booster.feature_importance("gain")
    return ProbeResult(log_odds, gains)


def stratified_sample(target: Values, size: int, seed: int) -> NDArray[np.int64]:
    """Return the positions of at most `size` clients, with the default rate of all, in order."""
    if len(target) <= size:
        return np.arange(len(target))
    rows, _ = train_test_split(np.arange(len(target)), train_size=size, stratify=target, random_state=seed)
    return np.sort(rows)


def fit(data: ProbeData, train: NDArray[np.bool_], seed: int, *, rounds: int = ROUNDS) -> lightgbm.Booster:
    """Fit a booster on the rows `train`, (n,), alone."""
    leaf_size = max(5, min(int(QUICK_PARAMS["min_data_in_leaf"]), int(_LEAF_SHARE * train.sum())))
    params = {**QUICK_PARAMS, "min_data_in_leaf": leaf_size, **data.params, "seed": seed}
    dataset = lightgbm.Dataset(
        data.matrix[train],
        data.target[train],
        feature_name=list(data.names),
        categorical_feature=list(data.categorical),
        params=params,
    )
    directed = {**params, **monotone(data.names, data.directions)}
    return lightgbm.train(directed, dataset, num_boost_round=rounds)
