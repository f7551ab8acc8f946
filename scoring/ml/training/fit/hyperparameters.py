"""Hyperparameters of a training by the size of the data: LightGBM's, early stopping, bagging, selection."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scoring.ml.model.manifest_sections import HyperparametersSection, Scalar

LightGBMParams = Mapping[str, Scalar]

# Settings that worked for single LightGBM models in the 2018 competition: small steps, few columns per tree,
# strong L2. No resampling and no weights: they spoil calibration and gain nothing (arXiv 2201.08528).
_COMMON: LightGBMParams = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.02,
    "num_leaves": 31,
    "max_depth": 6,
    "feature_fraction": 0.1,
    "bagging_fraction": 0.85,
    "bagging_freq": 1,
    "lambda_l2": 50.0,
    "min_data_in_leaf": 100,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}

# Found by a search of 23 trials on 49,280 clients and the folds of one seed, but for the columns a tree: half
# as many. On the folds of another seed, after selection, five boosters averaged have AUC 0.7658 as found and
# 0.7646 with the settings before; with these columns, which were chosen on the same folds, 0.7664.
_SEARCHED: LightGBMParams = {
    "learning_rate": 0.08,
    "num_leaves": 22,
    "max_depth": 9,
    "feature_fraction": 0.07,
    "bagging_fraction": 0.97,
    "lambda_l1": 0.05,
    "lambda_l2": 12.0,
    "min_data_in_leaf": 30,
}
QUICK_PARAMS: LightGBMParams = {**_COMMON, **_SEARCHED}
_QUICK_LEARNING_RATE = 0.08

# Below this many clients single columns and single boosters are noisy: fewer columns per tree, smaller leaves
# and three boosters averaged (out of fold +0.002 AUC on 10,877 clients, five folds). Their steps are larger,
# so that the trees of all three together still explain a client within 12 ms.
SMALL = 20_000
_SMALL_DATA: LightGBMParams = {"learning_rate": 0.03, "feature_fraction": 0.05, "min_data_in_leaf": 40}

# Up to here averaging pays more than small steps. Above, the trees of several boosters would take too long to
# explain a client.
LARGE = 150_000

# Fewer features than these are not compared: reasons rest on facts, and few features tell few.
MIN_FEATURES = 40

# Out of fold +0.0014 AUC on 3,762 clients, five folds of one seed: within noise, and not worse.
_POOLED: LightGBMParams = {"learning_rate": 0.05, "lambda_l2": 200.0}


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """`seeds` boosters are averaged; `patience` rounds without a better log-loss stop a fold.

    `resamples` is for the bootstrap intervals of the metrics. The null-importance filter takes `shuffles`
    shuffled outcomes of at most `shuffled_clients`. `features` is how many of those in its order are kept,
    None for all that pass it, chosen from `min_features` up; `directions` the sign of the effect of each
    feature that is held to one.
    """

    params: LightGBMParams
    seeds: int
    max_rounds: int
    patience: int
    resamples: int
    quick: bool = False
    shuffles: int = 5
    shuffled_clients: int = 60_000
    features: int | None = None
    min_features: int = MIN_FEATURES
    directions: Mapping[str, int] = field(default_factory=dict)


def hyperparameters_for(clients: int, *, quick: bool, pooled: bool = False) -> Hyperparameters:
    """Return the hyperparameters for so many clients; `quick` trades a little accuracy for minutes.

    With `pooled` the boosters start from what other folders teach and less is left to learn: more shrinkage.
    """
    if quick:
        # What was found on many clients overfits few: docs/decisions.md has the figures.
        few = {**_COMMON, **_SMALL_DATA, "learning_rate": _QUICK_LEARNING_RATE}
        return Hyperparameters(
            few if clients < SMALL else QUICK_PARAMS,
            seeds=1,
            max_rounds=600,
            patience=30,
            resamples=100,
            quick=True,
            shuffles=1,
            shuffled_clients=10_000,
        )
    if clients < SMALL:
        params = {**_COMMON, **_SMALL_DATA, **(_POOLED if pooled else {})}
        return Hyperparameters(params, seeds=3, max_rounds=5_000, patience=150, resamples=500)
    if clients < LARGE:
        params = {**_COMMON, **_SEARCHED}
        return Hyperparameters(params, seeds=5, max_rounds=2_000, patience=40, resamples=500)
    return Hyperparameters(_COMMON, seeds=1, max_rounds=5_000, patience=150, resamples=500)


def lower_stage_hyperparameters(top: Hyperparameters) -> Hyperparameters:
    """Return those of the stages below the top: fitted two dozen times, so one seed and larger steps."""
    params = {**_COMMON, "learning_rate": 0.15 if top.quick else 0.08}
    return replace(top, params=params, seeds=1, patience=30 if top.quick else 40)


def recorded_hyperparameters(section: HyperparametersSection) -> Hyperparameters:
    """Return the hyperparameters of a model version; early releases did not record all of them."""
    recorded = {
        "max_rounds": section.max_rounds,
        "patience": section.patience,
        "resamples": section.resamples,
        "quick": section.quick,
        "shuffles": section.shuffles,
        "shuffled_clients": section.shuffled_clients,
        "features": section.features,
        "min_features": section.min_features,
        "directions": section.directions,
    }
    early: dict[str, Any] = {"max_rounds": 5_000, "patience": 150, "resamples": 500}
    present = {name: value for name, value in recorded.items() if value is not None}
    return Hyperparameters(section.params, seeds=section.seeds, **{**early, **present})
