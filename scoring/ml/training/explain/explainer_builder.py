"""Explainer data of a trained model: bootstrap ensemble, reference ranges and a sample of similar clients.

A few small boosters are fitted on bootstraps of the clients. They show whether a reason survives another
draw of the same clients, and each of them gives honest contributions of the clients that its draw left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.model.explainer_data import (
    OUTER_PERCENTILES,
    ExplainerData,
    group_membership,
    groups_of,
)
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.explain.population_summary import MIN_CELL
from scoring.ml.training.fit.bagging import summed
from scoring.ml.training.fit.early_stopping import BoosterFitter
from scoring.ml.training.fit.hyperparameters import Hyperparameters
from scoring.ml.training.fit.staged_boosting import Start

REFERENCE_PERCENTILES = (10, 90)
ENSEMBLE_SIZE = 8
# Larger steps: the ensemble shows what matters, not the last digit of a probability.
ENSEMBLE_LEARNING_RATE = 0.15
MAX_ENSEMBLE_ROUNDS = 150
IMPORTANCE_ROWS = 2_000
NEIGHBOURS = 100
# A client farther away than 95 % of clients are from their hundredth neighbour has few similar ones.
RADIUS_QUANTILE = 0.95
RADIUS_ROWS = 500

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Most clients of each bootstrap draw, and of the sample that similar clients are found in."""

    drawn: int
    sample: int


THOROUGH = SampleSize(drawn=400_000, sample=10_000)
# Fewer drawn clients make the boosters differ more: a reason that they still agree on is firm.
QUICK = SampleSize(drawn=15_000, sample=4_000)


@dataclass(frozen=True, slots=True)
class BootstrapBooster:
    """A booster of one bootstrap, and which clients, (n,), its draw left out."""

    booster: lightgbm.Booster
    out_of_bag: NDArray[np.bool_]


def build(
    clients: Clients,
    booster: lightgbm.Booster,
    refused: NDArray[np.bool_],
    *,
    hyperparameters: Hyperparameters,
    rounds: int,
    seed: int,
    start: Start | None = None,
) -> ExplainerData:
    """Return everything of `explain.npz`; `refused`, (n,): the out-of-sample verdict on each client.

    `booster` is the final one, `rounds` how many rounds each of its seeds took, `start` where its last stage
    began, of a training with pooled folders.
    """
    rng = np.random.default_rng(seed)
    size = QUICK if hyperparameters.quick else THOROUGH
    ensemble = _bootstrap_ensemble(clients, hyperparameters, rounds, size, rng, start)
    groups = groups_of(clients.names)
    membership = group_membership(clients.names, groups)
    sample, rows = _out_of_bag_contributions(clients, ensemble, membership, size, rng)
    scale = _scale(sample)
    contributions = lightgbm.contributions(booster, clients.matrix[rows[:IMPORTANCE_ROWS]])[:, :-1]
    low, high, coverage, shares = _reference_ranges(clients, ~refused)
    return ExplainerData(
        features=clients.names,
        groups=groups,
        accepted=int((~refused).sum()),
        low=low,
        high=high,
        coverage=coverage,
        shares=shares,
        importance=np.abs(contributions).mean(axis=0),
        group_importance=np.abs(contributions @ membership).mean(axis=0),
        sample=sample.astype(np.float16).astype(np.float32),
        defaulted=clients.target[rows] == 1,
        refused=refused[rows],
        scale=scale,
        radius=_radius(sample / scale),
        neighbours=NEIGHBOURS,
        ensemble=tuple(member.booster.model_to_string() for member in ensemble),
        outer=_outer_percentiles(clients, ~refused),
    )


def _bootstrap_ensemble(
    clients: Clients,
    hyperparameters: Hyperparameters,
    rounds: int,
    size: SampleSize,
    rng: np.random.Generator,
    start: Start | None,
) -> list[BootstrapBooster]:
    """Fit the boosters of the last stage on bootstraps; each adds to what the stages below it say."""
    learning_rate = float(hyperparameters.params["learning_rate"])
    larger = max(learning_rate, ENSEMBLE_LEARNING_RATE)
    params = {**hyperparameters.params, "learning_rate": larger}
    fewer_rounds = int(np.clip(rounds * learning_rate / larger, 1, MAX_ENSEMBLE_ROUNDS))
    ensemble = []
    for number in range(ENSEMBLE_SIZE):
        drawn = rng.integers(0, len(clients), min(len(clients), size.drawn))
        fitter = BoosterFitter(clients.names, replace(hyperparameters, params=params, seeds=1), number)
        log_odds = start.log_odds[drawn] if start and start.booster else None
        booster = fitter.fit(clients.matrix[drawn], clients.target[drawn], fewer_rounds, log_odds)
        if start and start.booster:
            booster = summed([booster, start.booster])
        out_of_bag = np.ones(len(clients), dtype=bool)
        out_of_bag[drawn] = False
        ensemble.append(BootstrapBooster(booster, out_of_bag))
    return ensemble


def _out_of_bag_contributions(
    clients: Clients,
    ensemble: Sequence[BootstrapBooster],
    membership: Floats,
    size: SampleSize,
    rng: np.random.Generator,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return contributions by group, (s, g), of a sample of clients, and its positions, (s,).

    Each is the mean over the boosters that did not draw the client; who was in every draw is left out.
    """
    times = np.sum([member.out_of_bag for member in ensemble], axis=0)
    possible = np.flatnonzero(times)
    rows = rng.choice(possible, min(size.sample, len(possible)), replace=False)
    total = np.zeros((len(rows), membership.shape[1]))
    for member in ensemble:
        inside = member.out_of_bag[rows]
        contributions = lightgbm.contributions(member.booster, clients.matrix[rows[inside]])[:, :-1]
        total[inside] += contributions @ membership
    return total / times[rows, None], rows


def _scale(sample: Floats) -> Floats:
    """Return the standard deviation of each group, infinite where a group never moves: it counts nothing."""
    spread = sample.std(axis=0)
    return np.where(spread > 0, spread, np.inf)


def _radius(standardised: Floats) -> float:
    # A row is its own nearest, so one more is counted.
    last = min(NEIGHBOURS, len(standardised) - 1)
    distances = [np.sort(((standardised - row) ** 2).sum(axis=1))[last] for row in standardised[:RADIUS_ROWS]]
    return float(np.quantile(np.sqrt(distances), RADIUS_QUANTILE))


def _reference_ranges(clients: Clients, accepted: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return low, high and coverage, (k,), and shares by code, (k, c), of each feature among the accepted."""
    matrix = clients.matrix[accepted]
    count = len(clients.names)
    low, high, coverage = np.full(count, np.nan), np.full(count, np.nan), np.zeros(count)
    codes = [_codes(name) for name in clients.names]
    shares = np.full((count, max(codes, default=0)), np.nan)
    for column, values in enumerate(matrix.T):
        present = values[~np.isnan(values)]
        coverage[column] = len(present) / max(len(values), 1)
        if codes[column]:
            shares[column] = _shares(present, shares.shape[1])
        elif len(present) >= MIN_CELL:
            low[column], high[column] = np.percentile(present, REFERENCE_PERCENTILES)
    return low, high, coverage, shares


def _outer_percentiles(clients: Clients, accepted: NDArray[np.bool_]) -> Floats:
    """Return OUTER_PERCENTILES, (k, 4), of the accepted, NaN where fewer than MIN_CELL clients are beyond."""
    outer = np.full((len(clients.names), len(OUTER_PERCENTILES)), np.nan)
    for column, values in enumerate(clients.matrix[accepted].T):
        present = values[~np.isnan(values)]
        if _codes(clients.names[column]) or len(present) < MIN_CELL:
            continue
        beyond = np.minimum(OUTER_PERCENTILES, 100 - np.array(OUTER_PERCENTILES)) / 100 * len(present)
        percentiles = np.percentile(present, OUTER_PERCENTILES)
        outer[column] = np.where(beyond >= MIN_CELL, percentiles, np.nan)
    return outer


def _codes(name: str) -> int:
    """Return how many values are described by shares: those of a category, the two of a flag, or none."""
    feature = catalogue.BY_NAME[name]
    return len(feature.categories) or (2 if feature.unit is Unit.FLAG else 0)


def _shares(values: Floats, codes: int) -> Floats:
    counts = np.bincount(values[(values >= 0) & (values < codes)].astype(np.int64), minlength=codes)
    return np.where(counts >= MIN_CELL, counts / max(len(values), 1), np.nan)
