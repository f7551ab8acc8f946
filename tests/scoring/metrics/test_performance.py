import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from scoring.ml.metrics.costs import Costs
from scoring.ml.metrics.performance import estimated, evaluate, realised

COSTS = Costs(fn=10, fp=1)
THRESHOLD = 0.09


@pytest.fixture(scope="module")
def probability():
    return np.random.default_rng(1).beta(1, 10, 20_000)


@pytest.fixture(scope="module")
def target(probability):
    return (np.random.default_rng(2).random(len(probability)) < probability).astype(float)


def test_real_performance_is_that_of_scikit_learn(target, probability):
    performance = realised(target, probability, THRESHOLD, COSTS)
    (tn, fp), (fn, tp) = confusion_matrix(target, probability >= THRESHOLD)
    counts = performance.confusion
    assert (counts.tn, counts.fp, counts.fn, counts.tp) == (tn, fp, fn, tp)
    assert performance.auc == pytest.approx(roc_auc_score(target, probability), abs=1e-12)
    assert performance.cost == pytest.approx((10 * fn + fp) / len(target))


def test_the_estimate_is_the_weighted_auc_of_both_outcomes_of_every_client(probability):
    few = probability[:400]
    both = np.concatenate([np.ones(400), np.zeros(400)])
    weights = np.concatenate([few, 1 - few])
    expected = roc_auc_score(both, np.concatenate([few, few]), sample_weight=weights)
    assert estimated(few, THRESHOLD, COSTS).auc == pytest.approx(expected, abs=1e-12)


def test_the_estimated_confusion_counts_each_client_by_its_probability(probability):
    counts = estimated(probability, THRESHOLD, COSTS).confusion
    refused = probability >= THRESHOLD
    assert counts.tp == pytest.approx(probability[refused].sum())
    assert counts.fp == pytest.approx((1 - probability[refused]).sum())
    assert counts.fn == pytest.approx(probability[~refused].sum())
    assert counts.tn == pytest.approx((1 - probability[~refused]).sum())


def test_the_interval_of_the_estimate_covers_nineteen_outcomes_in_twenty(probability):
    few = probability[:3_000]
    before = evaluate(None, few, THRESHOLD, COSTS)
    rng = np.random.default_rng(5)
    after = [realised((rng.random(3_000) < few).astype(float), few, THRESHOLD, COSTS) for _ in range(60)]
    for metric in ("auc", "cost"):
        values = [getattr(performance, metric) for performance in after]
        assert sum(before[metric]["low"] < value < before[metric]["high"] for value in values) >= 54


def test_without_both_outcomes_there_is_no_auc(probability):
    stored = evaluate(np.zeros(20_000), probability, THRESHOLD, COSTS)
    assert stored["auc"] == {"value": None, "low": None, "high": None}
    assert stored["cost"]["value"] is not None
