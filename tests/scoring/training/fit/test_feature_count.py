from dataclasses import replace

import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.training.data import splits
from scoring.ml.training.fit.feature_count import (
    _losses_by_count,
    choose_feature_count,
    counts_up_to,
    within_one_standard_error,
)
from scoring.ml.training.fit.hyperparameters import MIN_FEATURES, hyperparameters_for
from scoring.ml.training.progress import silent

SEED = 1


def test_the_fewest_features_within_one_standard_error_are_chosen() -> None:
    rng = np.random.default_rng(1)
    best = rng.random(1_000)
    noise = rng.normal(0, 0.1, 1_000)
    error = noise.std(ddof=1) / np.sqrt(1_000)
    centred = noise - noise.mean()
    curve = within_one_standard_error(
        {40: best + centred + 1.5 * error, 60: best + centred + 0.5 * error, 90: best, 120: best + 0.01}
    )
    assert (curve.chosen, curve.floor) == (60, 40)
    assert [point.features for point in curve.points] == [40, 60, 90, 120]
    assert curve.points[2].excess == 0
    assert curve.points[1].excess == pytest.approx(0.5 * error)
    assert curve.points[1].standard_error == pytest.approx(error)


def test_counts_double_from_the_floor_to_all() -> None:
    assert counts_up_to(189, 40) == [40, 80, 160, 189]
    assert counts_up_to(189, 120) == [120, 189]
    assert counts_up_to(40, 40) == [40]
    assert counts_up_to(35, 40) == [35]


@pytest.fixture(scope="module")
def rows() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Sixty features of which three matter."""
    rng = np.random.default_rng(1)
    names = tuple(feature.name for feature in catalogue.FEATURES if not feature.categories)[:60]
    matrix = rng.normal(size=(1_500, 60))
    risk = -2 + matrix[:, [5, 25, 50]].sum(axis=1)
    return names, matrix, (rng.random(1_500) < 1 / (1 + np.exp(-risk))).astype(float)


def test_noise_is_not_kept(rows) -> None:
    names, matrix, target = rows
    hyperparameters = hyperparameters_for(1_500, quick=True)
    curve = choose_feature_count(
        names,
        matrix,
        target,
        np.arange(1_500),
        hyperparameters=hyperparameters,
        size=1_500,
        seed=1,
        progress=silent,
    )
    assert curve
    assert curve.chosen == MIN_FEATURES == curve.floor
    assert [point.features for point in curve.points] == [40, 60]


@pytest.mark.parametrize(("fewest", "counts"), [(50, [50, 60]), (70, [60])])
def test_no_fewer_than_are_demanded_are_kept(rows, fewest, counts) -> None:
    names, matrix, target = rows
    demanding = replace(hyperparameters_for(1_500, quick=True), min_features=fewest, max_rounds=20)
    curve = choose_feature_count(
        names,
        matrix,
        target,
        np.arange(1_500),
        hyperparameters=demanding,
        size=1_500,
        seed=1,
        progress=silent,
    )
    assert curve
    assert [point.features for point in curve.points] == counts
    assert curve.chosen >= counts[0] == curve.floor


def test_without_shuffled_outcomes_there_is_no_order_to_choose_in(rows) -> None:
    names, matrix, target = rows
    unranked = replace(hyperparameters_for(1_500, quick=True), shuffles=0)
    assert (
        choose_feature_count(
            names,
            matrix,
            target,
            np.arange(1_500),
            hyperparameters=unranked,
            size=1_500,
            seed=1,
            progress=silent,
        )
        is None
    )


def test_no_fold_says_when_the_boosters_stop_that_are_compared_on_it(rows, monkeypatch) -> None:
    """Other outcomes of the clients of a fold leave every booster that is scored there as it was."""
    names, matrix, target = rows
    fold = splits.folds(target, SEED)
    inside = fold == 1
    other = target.copy()
    other[inside] = np.random.default_rng(3).permutation(other[inside])
    assert (other != target).any()
    monkeypatch.setattr(splits, "folds", lambda *_: fold)
    hyperparameters = replace(hyperparameters_for(1_500, quick=True), max_rounds=60)
    before, after = (
        _losses_by_count(names, matrix, outcomes, hyperparameters, SEED) for outcomes in (target, other)
    )
    equal = inside & (other == target)
    for count in before:
        assert np.array_equal(before[count][equal], after[count][equal])
        assert not np.array_equal(before[count][~inside], after[count][~inside])
