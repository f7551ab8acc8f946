"""Which features a booster is given: none that say what another says, none that a coin could beat.

Source of the last: A. Altmann et al., "Permutation importance" (2010), on gain, with the outcome shuffled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.model.folder import vocabulary

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

TWINS = 0.98
SHUFFLES = 5
QUANTILE = 75
ROWS = 5_000
ROUNDS = 60

_SETTINGS = {
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
class Selection:
    """How many features there were, how many went as twins and as no better than chance; who is left."""

    candidates: int
    twins: int
    chance: int
    kept: tuple[str, ...]


def select(
    names: Sequence[str], matrix: Values, target: Values, *, seed: int, shuffles: int, shuffled: int
) -> Selection:
    """From clients that may be learned from: `matrix` (n, k) of `names`, `target` (n,).

    A feature is a twin when its rank correlation with an earlier one is beyond TWINS. What remains must,
    among at most `shuffled` of the clients, gain more than on three quarters of `shuffles` shuffled outcomes;
    with no shuffles, all of it is kept.
    """
    rng = np.random.default_rng(seed)
    single = ~twins(matrix[_some(rng, len(target), ROWS)])
    chosen = tuple(name for name, keep in zip(names, single, strict=True) if keep)
    kept = single.copy()
    if shuffles:
        rows = _some(rng, len(target), shuffled)
        kept[single] = _beats_chance(chosen, matrix[np.ix_(rows, single)], target[rows], rng, shuffles)
    return Selection(
        candidates=len(names),
        twins=int((~single).sum()),
        chance=int(single.sum() - kept.sum()),
        kept=tuple(name for name, keep in zip(names, kept, strict=True) if keep),
    )


def _some(rng: np.random.Generator, size: int, most: int) -> NDArray[np.int64]:
    return np.sort(rng.choice(size, min(most, size), replace=False))


def twins(matrix: Values) -> Mask:
    """(k,): is a feature the twin of an earlier one that stays? `matrix` is (n, k)."""
    ranks = np.column_stack([_ranks(values) for values in matrix.T])
    alike = np.abs(ranks.T @ ranks) > TWINS
    found = np.zeros(matrix.shape[1], dtype=bool)
    for place in range(matrix.shape[1]):
        found[place] = (alike[place, :place] & ~found[:place]).any()
    return found


def _ranks(values: Values) -> NDArray[np.float32]:
    """Ranks, centred and scaled to length one; equal values share theirs, what is missing ranks lowest."""
    filled = np.where(np.isnan(values), -np.inf, values)
    _, place, counts = np.unique(filled, return_inverse=True, return_counts=True)
    shared = np.cumsum(counts) - (counts + 1) / 2
    centred = shared[place] - shared[place].mean()
    ranks: NDArray[np.float32] = (centred / max(float(np.linalg.norm(centred)), 1.0)).astype(np.float32)
    return ranks


def _beats_chance(
    names: tuple[str, ...], matrix: Values, target: Values, rng: np.random.Generator, shuffles: int
) -> Mask:
    rows = lightgbm.Dataset(
        matrix,
        target,
        feature_name=list(names),
        categorical_feature=list(vocabulary(names)),
        params=_SETTINGS,
        free_raw_data=False,
    )
    real = _gains(rows, target, rng)
    chance = [_gains(rows, rng.permutation(target), rng) for _ in range(shuffles)]
    beats: Mask = real > np.percentile(chance, QUANTILE, axis=0)
    return beats


def _gains(rows: lightgbm.Dataset, target: Values, rng: np.random.Generator) -> Values:
    settings = {**_SETTINGS, "seed": int(rng.integers(1 << 30))}
    rows.construct().set_label(target)
    gains: Values = lightgbm.train(settings, rows, num_boost_round=ROUNDS).feature_importance("gain")
    return gains
