from itertools import pairwise

import numpy as np
import pytest

from scoring.ml import lightgbm
from scoring.ml.metrics.costs import DEFAULT_COSTS
from scoring.ml.model.calibration import Calibration
from scoring.ml.training.fit.staged_boosting import HoldOutModel, medians_of_complete
from scoring.ml.training.validate.disturbed_inputs import HoldOutVerdicts, curve, with_missing, with_noise

NAMES = ("EXT_SOURCE_1", "EXT_SOURCE_2", "AMT_CREDIT", "OCCUPATION_TYPE")


@pytest.fixture(scope="module")
def hold_out() -> HoldOutVerdicts:
    """Outcomes that hang on the two ratings, and on the second most."""
    rng = np.random.default_rng(4)
    matrix = np.column_stack([rng.normal(size=(6_000, 3)), np.floor(rng.random(6_000) * 5)])
    matrix[rng.random(6_000) < 0.3, 0] = np.nan
    odds = -2 - np.nan_to_num(0.5 * matrix[:, 0]) - 1.5 * matrix[:, 1]
    target = (rng.random(6_000) < 1 / (1 + np.exp(-odds))).astype(float)
    train, hold_out_rows = slice(0, 4_000), slice(4_000, None)
    params = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 50}
    dataset = lightgbm.Dataset(matrix[train], target[train], categorical_feature=[3], params=params)
    booster = lightgbm.train(params, dataset, num_boost_round=60)
    medians = medians_of_complete(NAMES, matrix[train])
    model = HoldOutModel(booster, NAMES, matrix[hold_out_rows], np.zeros(2_000), medians)
    return HoldOutVerdicts(model, target[hold_out_rows], Calibration(), 0.2, DEFAULT_COSTS)


@pytest.mark.parametrize("disturb", [with_noise, with_missing])
def test_the_more_is_disturbed_the_more_is_lost(hold_out, disturb):
    points = curve(hold_out, disturb, resamples=100, seed=1, levels=(0.1, 0.4, 0.9))
    assert [point.level for point in points] == [0.1, 0.4, 0.9]
    losses = [point.auc_change.value for point in points]
    # Little noise changes little: its order is within chance.
    assert all(after < before + 0.002 for before, after in pairwise(losses))
    assert losses[-1] < -0.01
    assert points[-1].auc_change.high < 0
    assert points[-1].cost_change.value > 0
    changed = [point.verdicts_changed for point in points]
    assert changed == sorted(changed)
    assert 0 < changed[0] < changed[-1] < 0.5


def test_undisturbed_inputs_change_nothing(hold_out):
    for disturb in (with_noise, with_missing):
        (point,) = curve(hold_out, disturb, resamples=10, seed=1, levels=(0.0,))
        assert point.auc_change.value == point.cost_change.value == point.verdicts_changed == 0


def test_noise_is_in_standard_deviations_and_leaves_categories_alone(hold_out):
    model = hold_out.model
    shift = with_noise(model, 0.1, np.random.default_rng(2)) - model.matrix
    assert (shift[:, 3] == 0).all()
    assert np.nanstd(shift[:, 2]) == pytest.approx(0.1 * model.matrix[:, 2].std(), rel=0.1)
    assert np.isnan(shift[:, 0]).sum() == np.isnan(model.matrix[:, 0]).sum()


def test_all_values_of_a_group_go_together_and_are_read_as_the_desk_reads_them(hold_out):
    model = hold_out.model
    matrix = with_missing(model, 0.25, np.random.default_rng(2))
    # Both ratings are one group; the second was never missing in training.
    gone = matrix[:, 1] == model.medians["EXT_SOURCE_2"]
    assert gone.mean() == pytest.approx(0.25, abs=0.03)
    assert np.isnan(matrix[gone, 0]).all()
    assert (matrix[~gone, 1] == model.matrix[~gone, 1]).all()
    assert "EXT_SOURCE_1" not in model.medians
    assert np.isnan(matrix[:, 3]).mean() == pytest.approx(0.25, abs=0.03)
