import numpy as np
import pytest

from scoring.ml import lightgbm
from scoring.ml.training.fit.bagging import averaged


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(600, 6))
    matrix[:, 0] = rng.integers(0, 5, 600)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    return matrix


@pytest.fixture(scope="module")
def boosters(rows: np.ndarray) -> list[lightgbm.Booster]:
    rng = np.random.default_rng(2)
    target = (rng.random(600) < sum(np.nan_to_num(rows[:, 1:]).T > 0.5) / 5).astype(float)
    data = lightgbm.Dataset(rows, target, categorical_feature=[0], free_raw_data=False)
    settings = {
        "objective": "binary",
        "num_leaves": 7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "num_threads": 1,
        "verbose": -1,
    }
    return [lightgbm.train({**settings, "bagging_seed": seed}, data, 10 + seed) for seed in range(3)]


def test_the_average_of_boosters_scores_as_their_mean(
    boosters: list[lightgbm.Booster], rows: np.ndarray
) -> None:
    expected = np.mean([lightgbm.raw_scores(booster, rows) for booster in boosters], axis=0)
    np.testing.assert_allclose(lightgbm.raw_scores(averaged(boosters), rows), expected, rtol=0, atol=1e-12)


def test_the_average_of_boosters_explains_as_their_mean(
    boosters: list[lightgbm.Booster], rows: np.ndarray
) -> None:
    expected = np.mean([lightgbm.contributions(booster, rows) for booster in boosters], axis=0)
    np.testing.assert_allclose(lightgbm.contributions(averaged(boosters), rows), expected, rtol=0, atol=1e-12)


def test_the_average_of_one_booster_is_that_booster(
    boosters: list[lightgbm.Booster], rows: np.ndarray
) -> None:
    alone = lightgbm.raw_scores(averaged(boosters[:1]), rows)
    assert np.array_equal(alone, lightgbm.raw_scores(boosters[0], rows))
