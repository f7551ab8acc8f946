"""Number of features: the fewest whose out-of-fold log-loss is within one standard error of the best.

Source of the rule: L. Breiman et al., "Classification and Regression Trees" (1984), here with the standard
error of the difference, paired over clients.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.metrics.classification import log_losses
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.manifest_choices import FeatureCountCurve, FeatureCountPoint
from scoring.ml.training.data import splits
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.early_stopping import BoosterFitter
from scoring.ml.training.fit.feature_selection import rank_features
from scoring.ml.training.fit.hyperparameters import MIN_FEATURES, Hyperparameters
from scoring.ml.training.progress import Progress

Values = NDArray[np.float64]

MAX_CLIENTS = 20_000
_STEP = 2
# Larger steps: what is best with them is near the best with small ones, in a fraction of the time.
_LEARNING_RATE = 0.08
_PATIENCE = 30


def choose_feature_count(
    names: Sequence[str],
    matrix: Values,
    target: Values,
    train: NDArray[np.int64],
    *,
    hyperparameters: Hyperparameters,
    size: int,
    seed: int,
    progress: Progress,
) -> FeatureCountCurve | None:
    """Choose the count on the clients at `train`, of `matrix` (n, k) and `target` (n,), at most `size` and
    MAX_CLIENTS of them.

    Features are ranked anew in every fold, on its own training clients. None when there are no shuffled
    outcomes to rank by, or no more features than MIN_FEATURES.
    """
    if not hyperparameters.shuffles or len(names) <= MIN_FEATURES:
        return None
    rows = train[probe_models.stratified_sample(target[train], min(size, MAX_CLIENTS), seed)]
    losses = _losses_by_count(names, matrix[rows], target[rows], hyperparameters, seed)
    curve = within_one_standard_error(losses)
    progress(
        f"{curve.chosen} features: "
        + ", ".join(f"{point.features} {point.log_loss:.5f}" for point in curve.points)
    )
    return curve


def within_one_standard_error(losses: Mapping[int, Values]) -> FeatureCountCurve:
    """Choose among counts by the log-loss of each client, (n,)."""
    best = min(losses, key=lambda count: float(losses[count].mean()))
    points = []
    for count, loss in sorted(losses.items()):
        difference = loss - losses[best]
        points.append(
            FeatureCountPoint(
                features=count,
                log_loss=float(loss.mean()),
                excess=float(difference.mean()),
                standard_error=float(difference.std(ddof=1) / np.sqrt(len(difference))),
            )
        )
    chosen = next(point.features for point in points if point.excess <= point.standard_error)
    return FeatureCountCurve(
        chosen=chosen, floor=points[0].features, clients=len(losses[best]), points=tuple(points)
    )


def counts_up_to(features: int, fewest: int) -> list[int]:
    """Return the counts to compare: the fewest allowed, twice as many each time, and all features."""
    counts = [min(fewest, features)]
    while counts[-1] * _STEP < features:
        counts.append(counts[-1] * _STEP)
    return [*(count for count in counts if count < features), features]


def _losses_by_count(
    names: Sequence[str], matrix: Values, target: Values, hyperparameters: Hyperparameters, seed: int
) -> dict[int, Values]:
    """Return the out-of-fold log-loss of each client, (n,), by count."""
    learning_rate = max(_LEARNING_RATE, float(hyperparameters.params["learning_rate"]))
    probe = replace(
        hyperparameters,
        params={**hyperparameters.params, "learning_rate": learning_rate},
        seeds=1,
        patience=_PATIENCE,
    )
    position = {name: column for column, name in enumerate(names)}
    fold = splits.folds(target, seed)
    rankings = [
        rank_features(
            names,
            matrix,
            target,
            np.flatnonzero(fold != number),
            seed=seed,
            shuffles=hyperparameters.shuffles,
            shuffled_clients=hyperparameters.shuffled_clients,
        ).names
        for number in range(splits.FOLDS)
    ]
    counts = counts_up_to(min(map(len, rankings)), hyperparameters.min_features)
    losses = {count: np.empty(len(target)) for count in counts}
    for count, loss in losses.items():
        for number, ranking in enumerate(rankings):
            selected = sorted(ranking[:count], key=position.__getitem__)
            columns, inside = matrix[:, [position[name] for name in selected]], fold == number
            (booster,) = BoosterFitter(tuple(selected), probe, seed).fit_until_a_tenth_is_best(
                columns, target, ~inside
            )
            probability = sigmoid(lightgbm.raw_scores(booster, columns[inside]))
            loss[inside] = log_losses(target[inside], probability)
    return losses
