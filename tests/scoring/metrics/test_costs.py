import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs, best_threshold, costs_by_threshold, fold_thresholds

THEORY = DEFAULT_COSTS.theoretical_threshold

clients = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(1, 20).map(lambda n: n / 21)), min_size=1, max_size=40
)


def cost(target: np.ndarray, probability: np.ndarray, threshold: float) -> float:
    refused = probability >= threshold
    return float((10 * (target * ~refused).sum() + ((1 - target) * refused).sum()) / len(target))


@given(clients)
def test_the_cost_of_every_threshold_is_that_of_its_verdicts(drawn: list[tuple[float, float]]) -> None:
    target, probability = np.array(drawn).T
    thresholds, costs = costs_by_threshold(target, probability, Costs())
    assert thresholds.tolist() == [*np.unique(probability), 1.0]
    assert costs.tolist() == pytest.approx([cost(target, probability, value) for value in thresholds])


@given(clients)
def test_no_threshold_is_cheaper_than_the_best(drawn: list[tuple[float, float]]) -> None:
    target, probability = np.array(drawn).T
    cheapest = min(cost(target, probability, threshold) for threshold in [0.0, *probability, 1.0])
    assert cost(target, probability, best_threshold(target, probability)) == pytest.approx(cheapest)


def test_good_payers_only_are_all_accepted() -> None:
    assert best_threshold(np.zeros(3), np.array([0.2, 0.5, 0.9])) == 1.0


def test_clients_of_equal_probability_are_accepted_or_refused_together() -> None:
    # Fifteen good payers cost more to refuse than the one default with the same probability.
    target, probability = np.array([0.0] * 15 + [1.0]), np.full(16, 0.2)
    assert best_threshold(target, probability) == 1.0
    assert costs_by_threshold(target, probability, Costs())[0].tolist() == [0.2, 1.0]


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
