"""What a training keeps to explain its model by."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.model import explainer_data, folder
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.training.explain import explainer_builder
from scoring.ml.training.explain.explainer_builder import Effort
from tests.scoring.training.conftest import SEED, Finished, quick


@pytest.fixture(scope="module")
def known(finished: Finished) -> ExplainerData:
    model = folder.load(finished.path)
    assert model.explainer is not None
    return model.explainer


@pytest.fixture(scope="module")
def accepted(finished: Finished) -> np.ndarray:
    verdicts: np.ndarray = finished.trained.unseen < finished.facts["threshold"]
    return verdicts


def test_the_usual_range_is_that_of_the_clients_accepted_out_of_fold(finished, known, accepted):
    values = finished.clients.matrix[accepted][:, finished.clients.names.index("AMT_CREDIT")]
    usual = known.reference_range("AMT_CREDIT")
    assert usual is not None
    assert (usual.low, usual.high) == pytest.approx(np.percentile(values, [10, 90]))
    assert usual.coverage == 1
    assert known.accepted == accepted.sum()


def test_a_category_is_told_by_its_share_among_the_accepted(finished, known, accepted):
    name = next(one for one in finished.clients.names if catalogue.BY_NAME[one].categories)
    values = finished.clients.matrix[accepted][:, finished.clients.names.index(name)]
    usual = known.reference_range(name)
    assert usual is not None
    assert np.isnan(usual.low)
    for code in range(len(catalogue.BY_NAME[name].categories)):
        behind = (values == code).sum()
        if behind < 20:
            assert np.isnan(usual.share_of(code))
        else:
            assert usual.share_of(code) == pytest.approx(behind / (~np.isnan(values)).sum())


def test_the_accepted_are_a_segment_to_compare_with(finished, accepted):
    segment = finished.facts["population"]["segments"]["accepted"]
    assert segment["AMT_CREDIT"]["n"] == accepted.sum()


def test_similar_clients_are_a_sample_of_the_clients_and_name_nobody(finished, known):
    assert len(known.sample) <= len(finished.clients)
    assert known.defaulted.mean() == pytest.approx(finished.clients.target.mean(), abs=0.03)
    assert known.sample.shape[1] == len(known.groups)


def test_a_client_of_the_sample_is_nearest_to_itself(known):
    one = 3
    found = replace(known, neighbours=1).similar_clients(known.sample[one].astype(float))
    assert found.clients == 1
    assert found.defaulted == known.defaulted[one]


def test_who_is_far_from_everybody_has_no_similar_clients(known):
    assert known.similar_clients(np.full(len(known.groups), 1e3)).clients == 0


def test_sisters_agree_with_each_other_but_are_not_the_same(finished, known):
    row = np.nan_to_num(finished.clients.matrix[:1])
    told = known.ensemble_contributions(row)
    assert told.shape == (8, 1, len(known.groups))
    assert len({tuple(sister[0]) for sister in told}) == 8


def test_what_is_packed_comes_back(known):
    again = explainer_data.parse(explainer_data.serialize(known), known.features)
    np.testing.assert_array_equal(again.sample, known.sample)
    assert again.ensemble == known.ensemble
    assert (again.radius, again.neighbours, again.accepted) == (
        known.radius,
        known.neighbours,
        known.accepted,
    )


def test_a_quick_training_draws_and_keeps_fewer_clients(finished, accepted, monkeypatch):
    monkeypatch.setattr(explainer_builder, "QUICK", Effort(drawn=400, sample=50))
    known = explainer_builder.explain(
        finished.clients, finished.trained.booster, ~accepted, recipe=quick(), rounds=20, seed=SEED
    )
    assert len(known.sample) == 50
    trees = lightgbm.parse(known.ensemble[0]).dump_model()["tree_info"]
    assert max(tree["tree_structure"].get("internal_count", 0) for tree in trees) in range(300, 401)
