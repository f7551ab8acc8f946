import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scoring.ml.metrics.intervals import Z95
from scoring.ml.model.calibration import sigmoid
from scoring.ml.training.validate import weak_slices
from scoring.ml.training.validate.weak_slices import find_weak_slices, slices_of

# A number in four quarters and categories of some hundreds of clients each.
NAMES = ("EXT_SOURCE_2", "AMT_CREDIT", "DAYS_BIRTH", "ORGANIZATION_TYPE", "OCCUPATION_TYPE")
CLIENTS = 20_000
PLANTED = 500


@pytest.fixture(scope="module")
def rows():
    """Features without any weak slice, outcomes, and probabilities that are right."""
    rng = np.random.default_rng(5)
    log_odds = -2.6 + rng.normal(size=CLIENTS)
    probability = sigmoid(log_odds)
    target = (rng.random(CLIENTS) < probability).astype(float)
    matrix = np.column_stack(
        [
            np.where(rng.random(CLIENTS) < 0.2, np.nan, 0.5 - 0.1 * log_odds + rng.normal(size=CLIENTS)),
            rng.normal(size=CLIENTS),
            rng.normal(size=CLIENTS),
            np.floor(rng.random(CLIENTS) * 40),
            np.floor(rng.random(CLIENTS) * 15),
        ]
    )
    matrix[rng.permutation(np.flatnonzero(matrix[:, 3] != 7))[:PLANTED], 3] = 50.0
    return matrix, target, probability


def plant(target, probability, inside, drop, rng):
    """Mix up the ranks within a slice until its AUC has fallen by so much."""
    spoiled, positions = probability.copy(), np.flatnonzero(inside)
    aim = roc_auc_score(target[inside], probability[inside]) - drop
    while roc_auc_score(target[inside], spoiled[inside]) > aim:
        pair = rng.choice(positions, 2, replace=False)
        exchanged = spoiled.copy()
        exchanged[pair] = spoiled[pair[::-1]]
        if roc_auc_score(target[inside], exchanged[inside]) < roc_auc_score(target[inside], spoiled[inside]):
            spoiled = exchanged
    return spoiled


def test_a_planted_weak_slice_is_among_the_first_three(rows):
    matrix, target, probability = rows
    inside = matrix[:, 3] == 50
    assert inside.sum() == PLANTED
    spoiled = plant(target, probability, inside, 0.10, np.random.default_rng(1))
    weak = find_weak_slices(NAMES, matrix, target, spoiled)
    first = [(item.slice.feature, item.slice.code) for item in weak.slices[:3]]
    assert ("ORGANIZATION_TYPE", 50) in first
    planted = weak.slices[first.index(("ORGANIZATION_TYPE", 50))]
    assert planted.clients == PLANTED
    assert planted.auc == pytest.approx(roc_auc_score(target[inside], spoiled[inside]))


def test_a_slice_that_is_ranked_at_random_is_weak_beyond_chance(rows):
    matrix, target, probability = rows
    inside = matrix[:, 4] == 3
    spoiled = probability.copy()
    spoiled[inside] = np.random.default_rng(2).permutation(probability[inside])
    weak = find_weak_slices(NAMES, matrix, target, spoiled)
    assert [(item.slice.feature, item.slice.code) for item in weak.beyond_chance] == [("OCCUPATION_TYPE", 3)]


def test_no_slice_is_weak_in_twenty_permutations(rows):
    matrix, target, probability = rows
    rng = np.random.default_rng(3)
    for _ in range(20):
        weak = find_weak_slices(NAMES, matrix[rng.permutation(CLIENTS)], target, probability)
        assert weak.examined > 50
        assert weak.beyond_chance == ()


def test_a_narrow_slice_is_not_weak_for_being_narrow(rows):
    """Clients who are much alike cannot be ranked as well as all of them: the promise says so."""
    matrix, target, probability = rows
    narrow = matrix.copy()
    narrow[:, 1] = probability
    weak = find_weak_slices(NAMES, narrow, target, probability)
    quarter = next(
        inside
        for item, inside in slices_of(NAMES, narrow)
        if item.feature == "AMT_CREDIT" and item.low is None and not item.is_missing
    )
    assert roc_auc_score(target[quarter], probability[quarter]) < roc_auc_score(target, probability) - 0.1
    assert weak.beyond_chance == ()


def test_slices_cover_every_client_once_per_feature(rows):
    matrix = rows[0]
    times = {name: np.zeros(CLIENTS, dtype=int) for name in NAMES}
    for item, inside in slices_of(NAMES, matrix):
        times[item.feature] += inside
    assert all((counted == 1).all() for counted in times.values())


def test_small_slices_and_slices_without_defaults_are_not_examined(rows):
    matrix, target, probability = rows
    few = matrix.copy()
    few[:, 4] = 0.0
    few[np.flatnonzero(target == 1)[:19], 4] = 1.0
    few[np.flatnonzero(target == 0)[:3_000], 4] = 2.0
    weak = find_weak_slices(("OCCUPATION_TYPE",), few[:, 4:], target, probability)
    assert weak.examined == 1


def test_the_standard_error_is_that_of_the_auc_over_draws():
    rng = np.random.default_rng(8)
    draws, errors = [], []
    for _ in range(400):
        target = (rng.random(400) < 0.2).astype(float)
        score = target + 1.2 * rng.normal(size=400)
        draws.append(roc_auc_score(target, score))
        errors.append(weak_slices.auc_standard_error(target, score))
    assert np.mean(errors) == pytest.approx(np.std(draws), rel=0.12)
    within = np.abs(np.array(draws) - np.mean(draws)) < Z95 * np.array(errors)
    assert within.mean() == pytest.approx(0.95, abs=0.03)
