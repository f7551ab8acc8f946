"""Nobody who is scored out of fold has a say in the boosters that score them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from scoring.ml.metrics import classification
from scoring.ml.model.calibration import sigmoid
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import out_of_fold
from scoring.ml.training.fit.early_stopping import TENTHS, BoosterFitter, tenths
from scoring.ml.training.progress import silent
from tests.scoring.training.quick_training import SEED, quick

SHUFFLES = 10
FEATURES = 10


@pytest.fixture(scope="module")
def noise(clients: Clients) -> Clients:
    """The clients with features that know nothing of any outcome."""
    names = tuple(name for name in clients.names if name.startswith("EXT_"))[:FEATURES]
    matrix = np.random.default_rng(4).normal(size=(len(clients), FEATURES))
    return replace(clients, names=names, matrix=matrix, unlabelled=matrix[:0])


def cross_validated(clients: Clients, target: np.ndarray, fold: np.ndarray) -> np.ndarray:
    fitter = BoosterFitter(clients.names, quick(), SEED)
    return fitter.cross_validate(clients.matrix, target, fold, progress=silent).log_odds


def by_fitter(clients: Clients, target: np.ndarray) -> np.ndarray:
    return cross_validated(clients, target, splits.folds(target, SEED))


def by_procedure(clients: Clients, target: np.ndarray) -> np.ndarray:
    return out_of_fold.procedure(clients, families=(), hyperparameters=quick(), seed=SEED)(target)


@pytest.mark.parametrize("cross_validate", [by_fitter, by_procedure])
def test_noise_foretells_no_outcome_out_of_fold(cross_validate, noise: Clients) -> None:
    rng = np.random.default_rng(9)
    measured = []
    for _ in range(SHUFFLES):
        target = rng.permutation(noise.target)
        log_odds = cross_validate(noise, target)
        scored = ~np.isnan(log_odds)
        ranked = classification.rank(target[scored], sigmoid(log_odds[scored]), threshold=0.5)
        measured.append(classification.auc(ranked))
    defaults = noise.target.sum()
    error = math.sqrt((len(noise) + 1) / (12 * defaults * (len(noise) - defaults) * SHUFFLES))
    assert abs(float(np.mean(measured)) - 0.5) < 3 * error


def test_outcomes_of_a_fold_do_not_reach_its_own_scores(clients: Clients) -> None:
    fold = splits.folds(clients.target, SEED)
    inside = fold == 2
    other = clients.target.copy()
    other[inside] = np.random.default_rng(3).permutation(other[inside])
    assert (other != clients.target).any()
    before, after = (cross_validated(clients, target, fold) for target in (clients.target, other))
    assert np.array_equal(before[inside], after[inside])
    assert not np.array_equal(before[~inside], after[~inside])


def test_each_seed_stops_on_another_tenth_with_the_default_rate_of_all() -> None:
    target = (np.arange(1_000) % 8 == 0).astype(float)
    train = np.arange(1_000) % 5 > 0
    tenth = tenths(target, train, seed=SEED)
    assert (tenth[~train] == -1).all()
    for number in range(TENTHS):
        assert (tenth == number).sum() == 80
        assert target[tenth == number].sum() == 10


def test_the_first_tenths_have_a_default_where_there_are_fewer_than_tenths() -> None:
    target = np.zeros(200)
    target[[3, 90, 150]] = 1
    tenth = tenths(target, np.ones(200, dtype=bool), seed=SEED)
    assert sorted(tenth[target == 1].tolist()) == [0, 1, 2]
