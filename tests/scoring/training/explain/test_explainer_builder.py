"""Explainer data of a training."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.ml import lightgbm
from scoring.ml.features import catalogue
from scoring.ml.model import explainer_data, folder
from scoring.ml.model.explainer_data import ExplainerData
from scoring.ml.training.explain import explainer_builder
from scoring.ml.training.explain.explainer_builder import SampleSize
from tests.scoring.training.quick_training import SEED, Finished, quick


@pytest.fixture(scope="module")
def explainer(finished: Finished) -> ExplainerData:
    model = folder.load(finished.path)
    assert model.explainer is not None
    return model.explainer


@pytest.fixture(scope="module")
def accepted(finished: Finished) -> np.ndarray:
    mask: np.ndarray = finished.trained.out_of_sample < finished.manifest.threshold
    return mask


def test_the_reference_range_is_that_of_the_clients_accepted_out_of_sample(finished, explainer, accepted):
    values = finished.clients.matrix[accepted][:, finished.clients.names.index("AMT_CREDIT")]
    reference = explainer.reference_range("AMT_CREDIT")
    assert reference is not None
    assert (reference.low, reference.high) == pytest.approx(np.percentile(values, [10, 90]))
    assert reference.coverage == 1
    assert explainer.accepted == accepted.sum()


def test_a_category_is_described_by_its_share_among_the_accepted(finished, explainer, accepted):
    name = next(name for name in finished.clients.names if catalogue.BY_NAME[name].categories)
    values = finished.clients.matrix[accepted][:, finished.clients.names.index(name)]
    reference = explainer.reference_range(name)
    assert reference is not None
    assert np.isnan(reference.low)
    for code in range(len(catalogue.BY_NAME[name].categories)):
        count = (values == code).sum()
        if count < 20:
            assert np.isnan(reference.share_of(code))
        else:
            assert reference.share_of(code) == pytest.approx(count / (~np.isnan(values)).sum())


def test_the_accepted_are_a_segment_to_compare_with(finished, accepted):
    segment = finished.manifest.population.segments["accepted"]
    assert segment["AMT_CREDIT"].clients == accepted.sum()


def test_similar_clients_are_a_sample_of_the_clients_and_name_nobody(finished, explainer):
    assert len(explainer.sample) <= len(finished.clients)
    assert explainer.defaulted.mean() == pytest.approx(finished.clients.target.mean(), abs=0.03)
    assert explainer.sample.shape[1] == len(explainer.groups)


def test_a_client_of_the_sample_is_nearest_to_itself(explainer):
    row = 3
    similar = replace(explainer, neighbours=1).similar_clients(explainer.sample[row].astype(float))
    assert similar.clients == 1
    assert similar.defaulted == explainer.defaulted[row]


def test_a_client_far_from_all_others_has_no_similar_clients(explainer):
    assert explainer.similar_clients(np.full(len(explainer.groups), 1e3)).clients == 0


@pytest.mark.parametrize("radius", [0.5, 3.0, 1e3])
def test_of_equally_distant_clients_the_first_of_the_sample_are_the_similar_ones(explainer, radius):
    sample = np.repeat(explainer.sample[:40], 3, axis=0)
    refused = np.arange(len(sample)) % 3 == 0
    defaulted = np.arange(len(sample)) % 5 == 0
    sampled = replace(
        explainer, sample=sample, refused=refused, defaulted=defaulted, neighbours=50, radius=radius
    )
    client = explainer.sample[0].astype(float)
    distances = np.sqrt(
        (((sample / explainer.scale).astype(np.float32) - (client / explainer.scale).astype(np.float32)) ** 2)
        .sum(axis=1)
    )  # fmt: skip
    nearest = sorted(range(len(sample)), key=lambda row: (distances[row], row))[:50]
    similar = [row for row in nearest if distances[row] <= radius]
    summary = sampled.similar_clients(client)
    assert (summary.clients, summary.defaulted, summary.refused) == (
        len(similar),
        defaulted[similar].sum(),
        refused[similar].sum(),
    )


def test_the_boosters_of_the_ensemble_differ(finished, explainer):
    contributions = explainer.ensemble_contributions(np.nan_to_num(finished.clients.matrix[:1]))
    assert contributions.shape == (8, 1, len(explainer.groups))
    assert len({tuple(booster[0]) for booster in contributions}) == 8


def test_serialized_explainer_data_come_back(explainer):
    again = explainer_data.parse(explainer_data.serialize(explainer), explainer.features)
    np.testing.assert_array_equal(again.sample, explainer.sample)
    assert again.ensemble == explainer.ensemble
    assert (again.radius, again.neighbours, again.accepted) == (
        explainer.radius,
        explainer.neighbours,
        explainer.accepted,
    )


def test_a_quick_training_draws_and_keeps_fewer_clients(finished, accepted, monkeypatch):
    monkeypatch.setattr(explainer_builder, "QUICK", SampleSize(drawn=400, sample=50))
    explainer = explainer_builder.build(
        finished.clients, finished.trained.booster, ~accepted, hyperparameters=quick(), rounds=20, seed=SEED
    )
    assert len(explainer.sample) == 50
    trees = lightgbm.parse(explainer.ensemble[0]).dump_model()["tree_info"]
    assert max(tree["tree_structure"].get("internal_count", 0) for tree in trees) in range(300, 401)
