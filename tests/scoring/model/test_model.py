from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import shap

from scoring.ml import lightgbm
from scoring.ml.features import frames
from scoring.ml.features.matrix import feature_matrix
from scoring.ml.model import folder
from scoring.ml.model.model import Model
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from tests.scoring.modelfolder import tiny_model

FEATURES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "AMT_CREDIT")


def test_base_and_contributions_add_up_to_the_raw_score(model: Model, rows: np.ndarray) -> None:
    explained = model.contributions(rows)
    raw = model.score(rows).raw
    assert explained.values.shape == rows.shape
    np.testing.assert_allclose(explained.base + explained.values.sum(axis=1), raw, rtol=0, atol=1e-9)


def test_contributions_are_the_shap_packages(model: Model, rows: np.ndarray) -> None:
    assert_equals_shap(model, rows[:40])


@pytest.mark.real_data
def test_contributions_of_5000_real_clients_add_up_and_are_the_shap_packages(
    model: Model, home_credit: Path
) -> None:
    batches = frames.profiles(check(open_folder(home_credit / "application_only")).folder)
    matrix = np.concatenate([model.matrix(batch.columns) for batch in islice(batches, 5)])[:5_000]
    assert len(matrix) == 5_000
    explained = model.contributions(matrix)
    raw = model.score(matrix).raw
    np.testing.assert_allclose(explained.base + explained.values.sum(axis=1), raw, rtol=0, atol=1e-9)
    assert_equals_shap(model, matrix)


def test_one_client_scores_as_among_many(model: Model, rows: np.ndarray) -> None:
    scores, contributions = model.score(rows), model.contributions(rows)
    for position in range(0, len(rows), 17):
        row = rows[position : position + 1]
        assert model.score(row).probability[0] == scores.probability[position]
        assert np.array_equal(model.contributions(row).values[0], contributions.values[position])


def test_eight_threads_get_the_same_scores_and_contributions_as_one(model: Model, rows: np.ndarray) -> None:
    expected_scores = [score(model, row) for row in rows[:, None, :]]
    expected_contributions = [contributions_of(model, row) for row in rows[:, None, :]]
    with ThreadPoolExecutor(8) as pool:
        scores = list(pool.map(lambda row: score(model, row), np.repeat(rows[:, None, :], 4, axis=0)))
        contributions = list(pool.map(lambda row: contributions_of(model, row), rows[:, None, :]))
    assert scores == [expected for expected in expected_scores for _ in range(4)]
    assert contributions == expected_contributions


def test_the_probability_is_the_calibrated_one(tmp_path: Path, rows: np.ndarray) -> None:
    path = tiny_model(tmp_path, calibration={"method": "platt", "a": 0.8, "b": -0.3})
    scores = folder.load(path).score(rows)
    np.testing.assert_allclose(scores.probability, 1 / (1 + np.exp(0.3 - 0.8 * scores.raw)), rtol=1e-12)


def test_a_value_that_training_always_had_is_scored_as_its_median_and_stays_missing(
    tmp_path: Path, rows: np.ndarray
) -> None:
    name = "EXT_SOURCE_2"
    model = folder.load(tiny_model(tmp_path, features=FEATURES, medians={name: 0.7}))
    position = model.features.index(name)
    missing, given = np.zeros((2, 1, len(FEATURES)))
    missing[0, position], given[0, position] = np.nan, 0.7
    assert model.score(missing).raw == model.score(given).raw
    assert np.array_equal(model.contributions(missing).values, model.contributions(given).values)
    assert np.isnan(model.matrix({"AMT_CREDIT": np.array([1.0])})[0, position])


def test_the_input_row_is_the_feature_matrix(model: Model) -> None:
    columns = {"AMT_CREDIT": np.array([200_000.0]), "AMT_ANNUITY": np.array([10_000.0])}
    np.testing.assert_array_equal(model.matrix(columns), feature_matrix(columns, model.features))


def assert_equals_shap(model: Model, rows: np.ndarray) -> None:
    """The shap package's own TreeSHAP, not the one that it borrows from LightGBM."""
    explainer = shap.TreeExplainer(lightgbm.parse(model.trees.model_to_string()))
    explainer.model.model_type = "internal"
    values = explainer.shap_values(rows, check_additivity=False)
    explained = model.contributions(rows)
    np.testing.assert_allclose(explained.values, values, rtol=0, atol=1e-6)
    assert explained.base[0] == pytest.approx(float(explainer.expected_value[0]), abs=1e-6)


def score(model: Model, row: np.ndarray) -> float:
    return float(model.score(row).probability[0])


def contributions_of(model: Model, row: np.ndarray) -> list[float]:
    values: list[float] = model.contributions(row).values[0].tolist()
    return values
