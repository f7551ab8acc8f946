"""Feature selection: drop collinear features and those that do not pass the null-importance filter.

Source of the filter: A. Altmann et al., "Permutation importance" (2010), on gain, with the outcome shuffled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.model.folder import vocabulary

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

MAX_RANK_CORRELATION = 0.98
_CORRELATION_ROWS = 5_000
_NULL_PERCENTILE = 75
_NULL_ROUNDS = 60
_NULL_PARAMS = {
    "objective": "binary",
    "learning_rate": 0.1,
    "num_leaves": 31,
    "max_depth": 6,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.85,
    "bagging_freq": 1,
    "lambda_l2": 20.0,
    "min_data_in_leaf": 50,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Features without collinear ones, the most important first; `passing` the null-importance filter.

    `candidates` is how many there were, `collinear` how many of them were dropped.
    """

    candidates: int
    collinear: int
    names: tuple[str, ...]
    passing: int


@dataclass(frozen=True, slots=True)
class Selection:
    """How many candidates there were, how many each filter dropped, and the features that are left."""

    candidates: int
    collinear: int
    null_importance: int
    selected: tuple[str, ...]


def select(
    names: Sequence[str],
    matrix: Values,
    target: Values,
    train: NDArray[np.int64],
    *,
    seed: int,
    shuffles: int,
    shuffled_clients: int,
    count: int | None = None,
) -> Selection:
    """Select features on the clients at `train`, of `matrix` (n, k) of `names` and `target` (n,).

    They are ranked as `rank_features` does; the first `count` stay, or those that pass the filter.
    """
    ranking = rank_features(
        names, matrix, target, train, seed=seed, shuffles=shuffles, shuffled_clients=shuffled_clients
    )
    selected = set(ranking.names[: ranking.passing if count is None else count])
    return Selection(
        candidates=ranking.candidates,
        collinear=ranking.collinear,
        null_importance=len(ranking.names) - len(selected),
        selected=tuple(name for name in names if name in selected),
    )


def rank_features(
    names: Sequence[str],
    matrix: Values,
    target: Values,
    train: NDArray[np.int64],
    *,
    seed: int,
    shuffles: int,
    shuffled_clients: int,
) -> Ranking:
    """Rank features by gain beyond chance, on the clients at `train`.

    A feature is collinear when its rank correlation with an earlier one exceeds MAX_RANK_CORRELATION. What
    remains is ranked, on at most `shuffled_clients`, by how much more it gains than on three quarters of
    `shuffles` shuffled outcomes, and passes if that is anything; without shuffles all pass, in their order.
    """
    rng = np.random.default_rng(seed)
    distinct = ~collinear(matrix[train[_sample(rng, len(train), _CORRELATION_ROWS)]])
    candidates = tuple(name for name, keep in zip(names, distinct, strict=True) if keep)
    excess = np.ones(len(candidates))
    if shuffles:
        rows = train[_sample(rng, len(train), shuffled_clients)]
        excess = _gain_beyond_chance(candidates, matrix[np.ix_(rows, distinct)], target[rows], rng, shuffles)
    order = np.argsort(-excess, kind="stable").tolist()
    return Ranking(
        candidates=len(names),
        collinear=int((~distinct).sum()),
        names=tuple(candidates[position] for position in order),
        passing=int((excess > 0).sum()),
    )


def _sample(rng: np.random.Generator, size: int, most: int) -> NDArray[np.int64]:
    return np.sort(rng.choice(size, min(most, size), replace=False))


def collinear(matrix: Values) -> Mask:
    """Mark each feature, (k,), that is collinear with an earlier one that stays; `matrix` is (n, k)."""
    ranks = np.column_stack([_standardised_ranks(values) for values in matrix.T])
    correlated = np.abs(ranks.T @ ranks) > MAX_RANK_CORRELATION
    dropped = np.zeros(matrix.shape[1], dtype=bool)
    for column in range(matrix.shape[1]):
        dropped[column] = (correlated[column, :column] & ~dropped[:column]).any()
    return dropped


def _standardised_ranks(values: Values) -> NDArray[np.float32]:
    """Return ranks, centred and scaled to length one; equal values share theirs, missing ranks lowest."""
    filled = np.where(np.isnan(values), -np.inf, values)
    _, position, counts = np.unique(filled, return_inverse=True, return_counts=True)
    shared = np.cumsum(counts) - (counts + 1) / 2
    centred = shared[position] - shared[position].mean()
    ranks: NDArray[np.float32] = (centred / max(float(np.linalg.norm(centred)), 1.0)).astype(np.float32)
    return ranks


def _gain_beyond_chance(
    names: tuple[str, ...], matrix: Values, target: Values, rng: np.random.Generator, shuffles: int
) -> Values:
    """Return the gain of each feature, (k,), less the percentile of its gains on shuffled outcomes."""
    dataset = lightgbm.Dataset(
        matrix,
        target,
        feature_name=list(names),
        categorical_feature=list(vocabulary(names)),
        params=_NULL_PARAMS,
        free_raw_data=False,
    )
    real = _gains(dataset, target, rng)
    null = [_gains(dataset, rng.permutation(target), rng) for _ in range(shuffles)]
    beyond: Values = real - np.percentile(null, _NULL_PERCENTILE, axis=0)
    return beyond


def _gains(dataset: lightgbm.Dataset, target: Values, rng: np.random.Generator) -> Values:
    params = {**_NULL_PARAMS, "seed": int(rng.integers(1 << 30))}
    dataset.construct().set_label(target)
    booster = lightgbm.train(params, dataset, num_boost_round=_NULL_ROUNDS)
    gains: Values = booster.feature_importance("gain")
    return gains
