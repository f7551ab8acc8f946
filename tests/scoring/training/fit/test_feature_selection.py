import numpy as np
import pytest

from scoring.ml.training.fit.feature_selection import select, twins

NAMES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "AMT_CREDIT", "AMT_ANNUITY", "DAYS_BIRTH", "DAYS_EMPLOYED")


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    """Two features that foretell the outcome, a copy of the first on another scale, and three of noise."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(3_000, len(NAMES)))
    matrix[:, 2] = np.exp(matrix[:, 0])
    matrix[rng.random(3_000) < 0.1, 4] = np.nan
    target = (rng.random(3_000) < 1 / (1 + np.exp(2 - matrix[:, 0] - matrix[:, 1]))).astype(float)
    return matrix, target


def test_a_feature_that_rises_with_an_earlier_one_is_its_twin(rows: tuple[np.ndarray, np.ndarray]) -> None:
    assert twins(rows[0]).tolist() == [False, False, True, False, False, False]


def test_a_falling_copy_and_one_with_gaps_are_told_apart() -> None:
    values = np.arange(500.0)
    gaps = np.where(np.arange(500) % 3 == 0, np.nan, values)
    assert twins(np.column_stack([values, -values, gaps])).tolist() == [False, True, False]


def test_what_foretells_the_outcome_stays_and_most_noise_goes(rows: tuple[np.ndarray, np.ndarray]) -> None:
    found = select(NAMES, *rows, seed=1, shuffles=5, shuffled=2_000)
    assert {"EXT_SOURCE_1", "EXT_SOURCE_2"} <= set(found.kept)
    assert "AMT_CREDIT" not in found.kept
    assert (found.candidates, found.twins) == (6, 1)
    assert found.chance == 6 - 1 - len(found.kept) >= 1


def test_without_shuffles_only_twins_go(rows: tuple[np.ndarray, np.ndarray]) -> None:
    found = select(NAMES, *rows, seed=1, shuffles=0, shuffled=2_000)
    assert len(found.kept) == 5
    assert found.chance == 0


def test_the_same_seed_selects_the_same(rows: tuple[np.ndarray, np.ndarray]) -> None:
    assert select(NAMES, *rows, seed=4, shuffles=3, shuffled=2_000) == select(
        NAMES, *rows, seed=4, shuffles=3, shuffled=2_000
    )


def test_only_so_many_clients_are_asked_about_chance(rows: tuple[np.ndarray, np.ndarray]) -> None:
    # Two leaves need a hundred clients: among sixty nothing can be told from chance.
    assert select(NAMES, *rows, seed=1, shuffles=5, shuffled=60).kept == ()
