"""One row at a time takes a way of its own through LightGBM, to the same numbers."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scoring.ml import lightgbm

SEED = 3


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Clients of whom every tenth number is missing."""
    rng = np.random.default_rng(SEED)
    rows = rng.normal(size=(400, 6))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


@pytest.fixture(scope="module")
def text(rows: np.ndarray) -> str:
    target = (np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 1]) ** 2 > 1).astype(float)
    dataset = lightgbm.Dataset(rows, target, params={"verbose": -1})
    trained = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, dataset, 15)
    return trained.model_to_string()


def test_one_row_alone_gets_the_bits_that_it_gets_among_others(text: str, rows: np.ndarray) -> None:
    booster = lightgbm.parse(text)
    scores, contributions = lightgbm.raw_scores(booster, rows), lightgbm.contributions(booster, rows)
    for position in range(len(rows)):
        # Also of a matrix that lies in memory column by column.
        for row in (rows[position : position + 1], np.asfortranarray(rows)[position : position + 1]):
            assert lightgbm.raw_scores(booster, row).tolist() == [scores[position]]
            assert np.array_equal(
                lightgbm.contributions(booster, row), contributions[position : position + 1]
            )


def test_a_batch_that_all_cores_compute_gets_the_bits_of_its_parts(text: str, rows: np.ndarray) -> None:
    booster = lightgbm.parse(text)
    many = np.tile(rows, (lightgbm.MANY_ROWS // len(rows) + 1, 1))
    for predict in (lightgbm.raw_scores, lightgbm.contributions):
        parts = [predict(booster, many[start : start + 300]) for start in range(0, len(many), 300)]
        assert np.array_equal(predict(booster, many), np.concatenate(parts))


def test_threads_that_share_a_booster_get_their_own_rows_numbers(text: str, rows: np.ndarray) -> None:
    booster = lightgbm.parse(text)
    expected = lightgbm.contributions(booster, rows)
    with ThreadPoolExecutor(8) as threads:
        computed = list(threads.map(lambda row: lightgbm.contributions(booster, row[None])[0], rows))
    assert np.array_equal(computed, expected)


def test_a_row_of_another_model_is_refused(text: str, rows: np.ndarray) -> None:
    booster = lightgbm.parse(text)
    for other in (rows[:1, :5], np.hstack([rows[:1], rows[:1]])):
        for predict in (lightgbm.raw_scores, lightgbm.contributions):
            with pytest.raises(lightgbm.LightGBMError):
                predict(booster, other)


def test_a_booster_that_nobody_needs_leaves_the_memory(text: str, rows: np.ndarray) -> None:
    booster = lightgbm.parse(text)
    lightgbm.contributions(booster, rows[:1])
    alone = weakref.ref(booster.one_row[3])
    seen = weakref.ref(booster)
    del booster
    gc.collect()
    assert seen() is None
    assert alone() is None
