import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs, best_threshold, cost_curve, fold_thresholds

THEORY = DEFAULT_COSTS.theoretical_threshold

clients = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(1, 20).map(lambda n: n / 21)), min_size=1, max_size=40
)


def cost(target: np.ndarray, probability: np.ndarray, threshold: float) -> float:
    refused = probability >= threshold
    return float((10 * (target * ~refused).sum() + ((1 - target) * refused).sum()) / len(target))


@given(clients)
def test_no_threshold_is_cheaper_than_the_best(drawn: list[tuple[float, float]]) -> None:
    target, probability = np.array(drawn).T
    cheapest = min(cost(target, probability, threshold) for threshold in [0.0, *probability, 1.0])
    assert cost(target, probability, best_threshold(target, probability)) == pytest.approx(cheapest)


def test_good_payers_only_are_all_accepted() -> None:
    assert best_threshold(np.zeros(3), np.array([0.2, 0.5, 0.9])) == 1.0


def test_clients_of_equal_probability_are_accepted_or_refused_together() -> None:
    # Fifteen good payers cost more to refuse than the one default that nothing tells apart from them.
    target, probability = np.array([0.0] * 15 + [1.0]), np.full(16, 0.2)
    assert best_threshold(target, probability) == 1.0
    assert cost_curve(target, probability, 0.2)["threshold"] == [0.2, 1.0]


def test_each_fold_has_its_own_threshold() -> None:
    target = np.array([0.0, 1.0, 0.0, 1.0])
    probability = np.array([0.1, 0.4, 0.2, 0.7])
    assert fold_thresholds(target, probability, np.array([0, 0, 1, 1])) == [0.4, 0.7]


def test_calibrated_probabilities_are_best_cut_at_one_eleventh() -> None:
    rng = np.random.default_rng(1)
    probability = rng.beta(1, 9, 300_000)
    target = (rng.random(len(probability)) < probability).astype(float)
    assert pytest.approx(1 / 11) == THEORY
    assert best_threshold(target, probability) == pytest.approx(THEORY, abs=0.015)


@given(clients)
def test_the_cost_curve_holds_its_minimum_and_the_range_that_is_as_good(
    drawn: list[tuple[float, float]],
) -> None:
    target, probability = np.array(drawn).T
    curve = cost_curve(target, probability, 0.2)
    best = best_threshold(target, probability)
    assert curve["minimum"]["threshold"] == best
    assert curve["minimum"]["cost"] == pytest.approx(cost(target, probability, best))
    assert curve["chosen"]["cost"] == pytest.approx(cost(target, probability, 0.2))
    assert curve["flat"]["low"] <= best <= curve["flat"]["high"]
    assert len(curve["threshold"]) == len(curve["cost"]) <= 200


def test_another_price_of_a_default_moves_the_threshold() -> None:
    rng = np.random.default_rng(1)
    probability = rng.beta(1, 9, 100_000)
    target = (rng.random(len(probability)) < probability).astype(float)
    dear = Costs(fn=40, fp=1)
    assert best_threshold(target, probability, dear) == pytest.approx(dear.theoretical_threshold, abs=0.01)
    assert Costs(fn=3, fp=1).theoretical_threshold == 0.25


def test_folds_are_cut_at_the_prices_of_the_policy() -> None:
    target, probability = np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.2, 0.3, 0.4, 0.5])
    fold = np.zeros(4, dtype=int)
    assert fold_thresholds(target, probability, fold) == [0.2]
    assert fold_thresholds(target, probability, fold, Costs(fn=2, fp=1)) == [1.0]


def test_the_curve_says_what_it_costs_to_accept_everybody_and_how_flat_it_is() -> None:
    probability = np.arange(1, 601) / 1_000
    target = (probability > 0.5).astype(float)
    # One good payer among the dear ones: refusing from 0.501 on costs nothing but that one.
    target[550] = 0.0
    curve = cost_curve(target, probability, 0.3)
    assert set(curve) == {"threshold", "cost", "minimum", "chosen", "theory", "everybody", "flat"}
    assert curve["everybody"] == {"threshold": 1.0, "cost": pytest.approx(10 * 99 / 600)}
    assert curve["minimum"] == {"threshold": 0.501, "cost": pytest.approx(1 / 600)}
    assert curve["theory"] == {"threshold": THEORY, "cost": pytest.approx(cost(target, probability, THEORY))}
    assert curve["flat"] == {"within": 0.01, "low": 0.501, "high": 0.501}
    assert len(curve["threshold"]) == 200
    assert (curve["threshold"][0], curve["threshold"][-1]) == (0.001, 1.0)


def test_a_flat_curve_is_flat_as_far_as_it_costs_no_more_than_a_hundredth() -> None:
    probability = np.repeat([0.1, 0.2, 0.3, 0.4], [500, 1, 1, 500])
    target = np.concatenate([np.zeros(500), [0.0, 0.0], np.ones(500)])
    target[:20] = 1.0
    curve = cost_curve(target, probability, 0.2)
    # 20 missed defaults cost 200; each good payer refused as well costs one more: 200, 201, 202.
    assert curve["flat"] == {"within": 0.01, "low": 0.2, "high": 0.4}
    assert curve["minimum"]["threshold"] == 0.4
