"""The demo models that come with the project."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from creditdesk.demo import RETIRED
from scoring.ml import lightgbm
from scoring.ml.model import folder
from scoring.ml.model.threshold_options import refer_band
from tests.shipped import ARTIFACTS, CHAMPION, IN_USE

SHIPPED = sorted(ARTIFACTS.glob("*/"))
CLIENTS, GRID = 300, 4
MIN_FEATURES = 320


def test_the_model_in_use_and_its_challenger_are_shipped_beside_those_that_are_retired() -> None:
    assert {path.name for path in SHIPPED} == {*IN_USE, *RETIRED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_model_is_whole_labelled_as_a_demo_and_not_suspect(path: Path) -> None:
    model = folder.load(path)
    assert model.is_demo is True
    assert model.manifest.failed_checks == ()


def test_the_model_in_use_proposes_a_band_that_keeps_its_limit_and_has_the_features_that_reasons_need() -> (
    None
):
    manifest = folder.load(ARTIFACTS / CHAMPION).manifest
    band = refer_band(manifest)
    assert band
    assert band.accept_below
    assert band.refuse_from
    assert band.accept_below < band.refuse_from
    assert band.hold_out
    assert band.hold_out.low <= band.limit.default_rate
    assert manifest.feature_count
    assert manifest.feature_count.floor == MIN_FEATURES <= len(manifest.features)


def test_no_client_of_the_model_in_use_is_scored_against_a_direction() -> None:
    """A grid over every feature with a direction, the other figures of a client being equal."""
    model = folder.load(ARTIFACTS / CHAMPION)
    assert model.manifest.hyperparameters
    directions = model.manifest.hyperparameters.directions
    assert directions
    table = pq.read_table(ARTIFACTS / CHAMPION / folder.REFERENCE, columns=list(model.features))
    matrix = np.column_stack([column.to_numpy() for column in table.columns])[:CLIENTS].astype(np.float64)
    assert len(matrix) == CLIENTS
    violations, moved = 0, 0
    for name in sorted(set(directions) & set(model.features)):
        column = model.features.index(name)
        values = np.nanquantile(matrix[:, column], np.linspace(0, 1, GRID))
        rows = np.repeat(matrix[None], GRID, axis=0)
        rows[:, :, column] = values[:, None]
        scores = lightgbm.raw_scores(model.trees, rows.reshape(-1, matrix.shape[1])).reshape(GRID, CLIENTS)
        steps = directions[name] * np.diff(scores, axis=0)
        violations += int((steps < -1e-12).sum())
        moved += int((steps > 1e-12).sum())
    assert violations == 0
    assert moved > CLIENTS
