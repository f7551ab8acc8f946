import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from scoring.ml.metrics.paired_outcome import Judged, differences
from scoring.ml.metrics.performance import Costs, estimated, realised, with_intervals

COSTS = Costs(fn=10, fp=1)
THRESHOLD = 0.09


@pytest.fixture(scope="module")
def probability():
    return np.random.default_rng(1).beta(1, 10, 20_000)


@pytest.fixture(scope="module")
def target(probability):
    return (np.random.default_rng(2).random(len(probability)) < probability).astype(float)


def test_real_performance_is_that_of_scikit_learn(target, probability):
    found = realised(target, probability, THRESHOLD, COSTS)
    (tn, fp), (fn, tp) = confusion_matrix(target, probability >= THRESHOLD)
    assert (found.tn, found.fp, found.fn, found.tp) == (tn, fp, fn, tp)
    assert found.auc == pytest.approx(roc_auc_score(target, probability), abs=1e-12)
    assert found.cost == pytest.approx((10 * fn + fp) / len(target))


def test_the_estimate_is_the_weighted_auc_of_both_outcomes_of_every_client(probability):
    few = probability[:400]
    both = np.concatenate([np.ones(400), np.zeros(400)])
    weights = np.concatenate([few, 1 - few])
    expected = roc_auc_score(both, np.concatenate([few, few]), sample_weight=weights)
    assert estimated(few, THRESHOLD, COSTS).auc == pytest.approx(expected, abs=1e-12)


def test_what_comes_true_lies_in_the_interval_of_the_estimate_nineteen_times_in_twenty(probability):
    few = probability[:3_000]
    before = with_intervals(None, few, THRESHOLD, COSTS)
    rng = np.random.default_rng(5)
    after = [realised((rng.random(3_000) < few).astype(float), few, THRESHOLD, COSTS) for _ in range(60)]
    assert sum(before["auc"]["low"] < one.auc < before["auc"]["high"] for one in after) >= 54
    assert sum(before["cost"]["low"] < one.cost < before["cost"]["high"] for one in after) >= 54


def test_without_both_outcomes_there_is_no_auc(probability):
    assert with_intervals(np.zeros(20_000), probability, THRESHOLD, COSTS)["auc"]["value"] is None


def test_a_noisier_model_is_worse_beyond_noise_on_the_same_clients(target, probability):
    noise = np.exp(np.random.default_rng(3).normal(0, 1, len(probability)))
    noisy = np.clip(probability * noise, 0, 0.99)
    found = differences(target, Judged(probability, THRESHOLD), Judged(noisy, THRESHOLD), COSTS)
    assert found["auc"]["high"] < 0
    assert found["cost"]["low"] > 0
    assert found["auc"]["clients"] == len(target)


def test_a_model_against_itself_differs_in_nothing(target, probability):
    one = Judged(probability, THRESHOLD)
    found = differences(target, one, one, COSTS)
    assert [found["auc"][end] for end in ("value", "low", "high")] == [0.0, 0.0, 0.0]
