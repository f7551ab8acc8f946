import numpy as np
import pytest

from scoring.ml.training.fit.feature_selection import Selection, collinear, select

NAMES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "AMT_CREDIT", "AMT_ANNUITY", "DAYS_BIRTH", "DAYS_EMPLOYED")
Rows = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Two features that predict the outcome, a copy of the first on another scale, and three of noise."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(3_000, len(NAMES)))
    matrix[:, 2] = np.exp(matrix[:, 0])
    matrix[rng.random(3_000) < 0.1, 4] = np.nan
    target = (rng.random(3_000) < 1 / (1 + np.exp(2 - matrix[:, 0] - matrix[:, 1]))).astype(float)
    return matrix, target


def selection(rows: Rows, *, seed: int = 1, shuffles: int, shuffled_clients: int = 2_000) -> Selection:
    matrix, target = rows
    everybody = np.arange(len(target))
    return select(
        NAMES, matrix, target, everybody, seed=seed, shuffles=shuffles, shuffled_clients=shuffled_clients
    )


def test_a_feature_that_rises_with_an_earlier_one_is_collinear(rows: Rows) -> None:
    assert collinear(rows[0]).tolist() == [False, False, True, False, False, False]


def test_a_falling_copy_is_collinear_and_one_with_gaps_is_not() -> None:
    values = np.arange(500.0)
    gaps = np.where(np.arange(500) % 3 == 0, np.nan, values)
    assert collinear(np.column_stack([values, -values, gaps])).tolist() == [False, True, False]


def test_predictive_features_stay_and_most_noise_is_dropped(rows: Rows) -> None:
    filtered = selection(rows, shuffles=5)
    assert {"EXT_SOURCE_1", "EXT_SOURCE_2"} <= set(filtered.selected)
    assert "AMT_CREDIT" not in filtered.selected
    assert (filtered.candidates, filtered.collinear) == (6, 1)
    assert filtered.null_importance == 6 - 1 - len(filtered.selected) >= 1


def test_without_shuffles_only_collinear_features_are_dropped(rows: Rows) -> None:
    unfiltered = selection(rows, shuffles=0)
    assert len(unfiltered.selected) == 5
    assert unfiltered.null_importance == 0


def test_the_same_seed_selects_the_same(rows: Rows) -> None:
    assert selection(rows, seed=4, shuffles=3) == selection(rows, seed=4, shuffles=3)


def test_the_null_importance_filter_takes_only_so_many_clients(rows: Rows) -> None:
    # Two leaves need a hundred clients: among sixty no feature gains more than by chance.
    assert selection(rows, shuffles=5, shuffled_clients=60).selected == ()
