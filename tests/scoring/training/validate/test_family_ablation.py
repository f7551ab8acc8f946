from typing import Any

import numpy as np
import pytest

from scoring.ml.features import catalogue
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import stages
from scoring.ml.training.fit.feature_preparation import Preparation
from scoring.ml.training.fit.hyperparameters import recipe_for
from scoring.ml.training.validate import family_ablation
from scoring.ml.training.validate.family_ablation import Effort
from tests.scoring.training.conftest import SEED, silent


@pytest.fixture(scope="module")
def found(clients: Clients) -> dict[str, dict[str, Any]]:
    learn = stages.split(clients, SEED).learn
    effort = Effort(clients=1_500, folds=1)
    worth = family_ablation.families(clients, learn, clients.past, effort=effort, seed=SEED, say=silent)
    return {str(one["family"]): one for one in worth}


def test_every_plain_feature_belongs_to_one_family() -> None:
    members = [name for names in family_ablation.plain_families().values() for name in names]
    assert sorted(members) == sorted(feature.name for feature in catalogue.FEATURES)


def test_each_family_is_measured_with_its_error_over_three_seeds(found: dict[str, dict[str, Any]]) -> None:
    assert {"A1 application", "A2 external ratings", "A11 expected ratings"} <= found.keys()
    for one in found.values():
        assert one["seeds"] == one["pairs"] == 3
        assert np.isfinite([one["gain_auc"], one["se"]]).all()


@pytest.mark.parametrize(
    ("gained", "kept"),
    [
        ([0.004, 0.006, 0.005, 0.004, 0.006, 0.005], True),
        # Two standard errors: one family in twenty that is worth nothing gets there.
        ([0.010, 0.000, 0.012, 0.000, 0.004, 0.001], False),
        ([-0.004, -0.006, -0.005, -0.004, -0.006, -0.005], False),
    ],
)
def test_a_fitted_family_stays_only_when_chance_would_hardly_gain_as_much(
    gained: list[float], kept: bool
) -> None:
    assert family_ablation.entry("A9", "peers", [], np.array(gained), fitted=True)["kept"] is kept


def test_no_plain_family_is_left_out(found: dict[str, dict[str, Any]]) -> None:
    assert all(one["kept"] for one in found.values() if not one["fitted"])


def test_a_family_that_these_clients_cannot_teach_is_not_in_the_table(
    found: dict[str, dict[str, Any]],
) -> None:
    assert "A8 implied term and rate" not in found


def test_the_shipped_model_has_the_fitted_features_that_were_kept(clients: Clients) -> None:
    prepared = Preparation(
        ["peers", "neighbours"], clients.past, recipe_for(len(clients), quick=True), seed=SEED
    )
    (step,) = stages.alone(clients)
    learn = np.arange(len(clients)) % 5 > 0
    rows = prepared.rows_of(step)(learn)
    assert rows.names[-len(prepared.fitted.names) :] == prepared.fitted.names
    shipped = prepared.shipped(clients, rows.names)
    assert shipped.names == rows.names
    np.testing.assert_array_equal(shipped.matrix, rows.matrix)
