import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from scoring.ml.metrics.classification import ks, rank
from scoring.ml.metrics.costs import DEFAULT_COSTS, best_threshold
from scoring.ml.model.manifest_sections import FlatRange
from scoring.ml.training.validate.curves import cost_curve, curves, lift, reliability

clients = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(1, 20).map(lambda n: n / 21)), min_size=1, max_size=40
)


@pytest.fixture(scope="module")
def probability() -> np.ndarray:
    return np.random.default_rng(1).beta(1, 9, 2_000).round(4).clip(0.001, 0.999)


@pytest.fixture(scope="module")
def target(probability: np.ndarray) -> np.ndarray:
    return (np.random.default_rng(2).random(len(probability)) < probability).astype(float)


def cost(target: np.ndarray, probability: np.ndarray, threshold: float) -> float:
    refused = probability >= threshold
    return float((10 * (target * ~refused).sum() + ((1 - target) * refused).sum()) / len(target))


def test_the_roc_points_lie_on_the_curve_of_scikit_learn(target: np.ndarray, probability: np.ndarray) -> None:
    fpr, tpr, _ = metrics.roc_curve(target, probability, drop_intermediate=False)
    roc = curves(target, probability).roc
    assert set(zip(roc.fpr, roc.tpr, strict=True)) <= set(zip(fpr.tolist(), tpr.tolist(), strict=True))
    assert (roc.fpr[0], roc.tpr[0], roc.fpr[-1], roc.tpr[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert np.trapezoid(roc.tpr, roc.fpr) == pytest.approx(
        metrics.roc_auc_score(target, probability), abs=0.005
    )


def test_the_ks_curves_lie_furthest_apart_at_the_named_probability(
    target: np.ndarray, probability: np.ndarray
) -> None:
    curve = curves(target, probability).ks
    below = probability < curve.at
    gap = below[target == 0].mean() - below[target == 1].mean()
    assert gap == pytest.approx(ks(rank(target, probability, 0.5)))


def test_the_lift_of_all_tenths_is_one_on_average(target: np.ndarray, probability: np.ndarray) -> None:
    tenths = lift(target, probability)
    assert sum(tenth.clients for tenth in tenths) == len(target)
    assert np.mean([tenth.lift for tenth in tenths]) == pytest.approx(1)
    assert tenths[0].lift > 1 > tenths[-1].lift


def test_outcomes_drawn_from_the_probabilities_are_reliable(
    target: np.ndarray, probability: np.ndarray
) -> None:
    section = reliability(target, probability)
    assert section.slope == pytest.approx(1, abs=0.2)
    inside = [decile.low <= decile.expected <= decile.high for decile in section.deciles]
    assert sum(inside) >= 8


@given(clients)
def test_the_cost_curve_has_its_minimum_and_the_range_that_is_as_good(
    drawn: list[tuple[float, float]],
) -> None:
    target, probability = np.array(drawn).T
    curve = cost_curve(target, probability, 0.2)
    best = best_threshold(target, probability)
    assert curve.minimum.threshold == best
    assert curve.minimum.cost == pytest.approx(cost(target, probability, best))
    assert curve.chosen.cost == pytest.approx(cost(target, probability, 0.2))
    assert curve.flat.low <= best <= curve.flat.high
    assert len(curve.thresholds) == len(curve.costs) <= 200


def test_the_cost_curve_has_the_cost_of_accepting_all_and_its_flat_range() -> None:
    probability = np.arange(1, 601) / 1_000
    target = (probability > 0.5).astype(float)
    # One good payer among the defaults: refusing from 0.501 on costs nothing but that one.
    target[550] = 0.0
    curve = cost_curve(target, probability, 0.3)
    theory = DEFAULT_COSTS.theoretical_threshold
    assert (curve.accept_all.threshold, curve.minimum.threshold) == (1.0, 0.501)
    assert curve.accept_all.cost == pytest.approx(10 * 99 / 600)
    assert curve.minimum.cost == pytest.approx(1 / 600)
    assert curve.theoretical.threshold == theory
    assert curve.theoretical.cost == pytest.approx(cost(target, probability, theory))
    assert curve.flat == FlatRange(within=0.01, low=0.501, high=0.501)
    assert len(curve.thresholds) == 200
    assert (curve.thresholds[0], curve.thresholds[-1]) == (0.001, 1.0)


def test_the_flat_range_costs_no_more_than_a_hundredth_above_the_minimum() -> None:
    probability = np.repeat([0.1, 0.2, 0.3, 0.4], [500, 1, 1, 500])
    target = np.concatenate([np.zeros(500), [0.0, 0.0], np.ones(500)])
    target[:20] = 1.0
    curve = cost_curve(target, probability, 0.2)
    # 20 missed defaults cost 200; each good payer refused as well costs one more: 200, 201, 202.
    assert curve.flat == FlatRange(within=0.01, low=0.2, high=0.4)
    assert curve.minimum.threshold == 0.4
