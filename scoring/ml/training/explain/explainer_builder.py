"""What is worked out once, at training, so that a page can explain: see `scoring.ml.model.explainer_data`.

A few small boosters are fitted on bootstraps of the clients. They tell whether a reason survives another
draw of the same clients, and each of them gives honest contributions of the clients that its draw left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.model.explainer_data import ExplainerData, group_membership, groups_of
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.explain.population_summary import SMALLEST_CELL
from scoring.ml.training.fit.early_stopping import Fitter
from scoring.ml.training.fit.hyperparameters import Recipe

USUAL = (10, 90)
SISTERS = 8
# Larger steps: a sister is asked what matters, not for the last digit of a probability.
SISTER_STEP = 0.15
SISTER_ROUNDS = 150
IMPORTANCE_ROWS = 2_000
NEAREST = 100
# A client farther from others than 95 % of clients are from their hundredth neighbour has few similar ones.
RADIUS_QUANTILE = 0.95
RADIUS_ROWS = 500

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effort:
    """At most so many clients are drawn for a sister, and kept to be compared with."""

    drawn: int
    sample: int


THOROUGH = Effort(drawn=400_000, sample=10_000)
# Fewer drawn clients make a sister differ more: what it calls a firm reason is one.
QUICK = Effort(drawn=15_000, sample=4_000)


@dataclass(frozen=True, slots=True)
class Sister:
    """A booster of one bootstrap, and which clients (n,) its draw left out."""

    trees: lightgbm.Booster
    unseen: NDArray[np.bool_]


def explain(
    clients: Clients,
    trees: lightgbm.Booster,
    refused: NDArray[np.bool_],
    *,
    recipe: Recipe,
    rounds: int,
    seed: int,
) -> ExplainerData:
    """Everything of `explain.npz`; `refused`, (n,): the out-of-fold verdict on each client.

    `trees` is the booster that will answer, `rounds` how many rounds each of its seeds took.
    """
    rng = np.random.default_rng(seed)
    effort = QUICK if recipe.quick else THOROUGH
    sisters = _sisters(clients, recipe, rounds, effort, rng)
    groups = groups_of(clients.names)
    into = group_membership(clients.names, groups)
    sample, rows = _left_out(clients, sisters, into, effort, rng)
    scale = _scale(sample)
    told = lightgbm.contributions(trees, clients.matrix[rows[:IMPORTANCE_ROWS]])[:, :-1]
    low, high, known, shares = _usual(clients, ~refused)
    return ExplainerData(
        features=clients.names,
        groups=groups,
        accepted=int((~refused).sum()),
        low=low,
        high=high,
        coverage=known,
        shares=shares,
        importance=np.abs(told).mean(axis=0),
        group_importance=np.abs(told @ into).mean(axis=0),
        sample=sample.astype(np.float16).astype(np.float32),
        defaulted=clients.target[rows] == 1,
        refused=refused[rows],
        scale=scale,
        radius=_radius(sample / scale),
        neighbours=NEAREST,
        ensemble=tuple(one.trees.model_to_string() for one in sisters),
    )


def _sisters(
    clients: Clients, recipe: Recipe, rounds: int, effort: Effort, rng: np.random.Generator
) -> list[Sister]:
    step = float(recipe.params["learning_rate"])
    params: dict[str, Any] = {**recipe.params, "learning_rate": max(step, SISTER_STEP)}
    shorter = int(np.clip(rounds * step / params["learning_rate"], 1, SISTER_ROUNDS))
    found = []
    for number in range(SISTERS):
        drawn = rng.integers(0, len(clients), min(len(clients), effort.drawn))
        fitter = Fitter(clients.names, replace(recipe, params=params, seeds=1), number)
        trees = fitter.fit(clients.matrix[drawn], clients.target[drawn], shorter)
        unseen = np.ones(len(clients), dtype=bool)
        unseen[drawn] = False
        found.append(Sister(trees, unseen))
    return found


def _left_out(
    clients: Clients, sisters: Sequence[Sister], into: Floats, effort: Effort, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.int64]]:
    """Contributions by group, (s, g), of a sample of clients, each the mean over the sisters that never saw
    that client, and the positions, (s,), of the sample. Who was in every draw is not in the sample."""
    times = np.sum([one.unseen for one in sisters], axis=0)
    possible = np.flatnonzero(times)
    rows = rng.choice(possible, min(effort.sample, len(possible)), replace=False)
    total = np.zeros((len(rows), into.shape[1]))
    for one in sisters:
        mine = one.unseen[rows]
        total[mine] += lightgbm.contributions(one.trees, clients.matrix[rows[mine]])[:, :-1] @ into
    return total / times[rows, None], rows


def _scale(sample: Floats) -> Floats:
    """The standard deviation of each group; a group that never moves anything takes no part in distances."""
    spread = sample.std(axis=0)
    return np.where(spread > 0, spread, np.inf)


def _radius(standardised: Floats) -> float:
    some = standardised[:RADIUS_ROWS]
    # A row is its own nearest, so one more is counted.
    last = min(NEAREST, len(standardised) - 1)
    apart = [np.sort(((standardised - row) ** 2).sum(axis=1))[last] for row in some]
    return float(np.quantile(np.sqrt(apart), RADIUS_QUANTILE))


def _usual(clients: Clients, accepted: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
    """Low, high and known, (k,), and the shares by code, (k, c), of each feature among the accepted."""
    matrix = clients.matrix[accepted]
    count = len(clients.names)
    low, high, known = np.full(count, np.nan), np.full(count, np.nan), np.zeros(count)
    codes = [_codes(name) for name in clients.names]
    shares = np.full((count, max(codes, default=0)), np.nan)
    for position, values in enumerate(matrix.T):
        present = values[~np.isnan(values)]
        known[position] = len(present) / max(len(values), 1)
        if codes[position]:
            shares[position] = _shares(present, shares.shape[1])
        elif len(present) >= SMALLEST_CELL:
            low[position], high[position] = np.percentile(present, USUAL)
    return low, high, known, shares


def _codes(name: str) -> int:
    """How many values are told by their share: those of a category, the two of a flag; otherwise none."""
    feature = catalogue.BY_NAME[name]
    return len(feature.categories) or (2 if feature.unit is Unit.FLAG else 0)


def _shares(values: Floats, codes: int) -> Floats:
    counts = np.bincount(values[(values >= 0) & (values < codes)].astype(np.int64), minlength=codes)
    return np.where(counts >= SMALLEST_CELL, counts / max(len(values), 1), np.nan)
