import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference
from sklearn.linear_model import LogisticRegression

from scoring.ml.metrics import classification
from scoring.ml.metrics.classification import evaluate, logistic_fit, measure, rank

samples = st.integers(0, 10_000).map(lambda seed: sample(seed))


def sample(seed: int, size: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes and probabilities, with ties."""
    rng = np.random.default_rng(seed)
    probability = np.round(rng.beta(1, 6, size), 2).clip(0.01, 0.99)
    target = (rng.random(size) < probability).astype(float)
    target[:2] = 0.0, 1.0
    return target, probability


def figures(target: np.ndarray, probability: np.ndarray, threshold: float = 0.2) -> dict[str, float]:
    return measure(rank(target, probability, threshold))


def test_five_clients_by_hand() -> None:
    target = np.array([0.0, 1.0, 0.0, 1.0, 0.0])
    probability = np.array([0.1, 0.1, 0.3, 0.6, 0.8])
    metrics = figures(target, probability, threshold=0.3)
    # Refused: 0.3 (good), 0.6 (default), 0.8 (good). Missed: one default at 0.1.
    assert metrics["cost"] == pytest.approx((10 * 1 + 2) / 5)
    assert metrics["accuracy"] == pytest.approx(2 / 5)
    assert metrics["recall"] == pytest.approx(1 / 2)
    assert metrics["precision"] == pytest.approx(1 / 3)
    assert metrics["f1"] == pytest.approx(2 / 5)
    # Pairs of default and good payer: 0.1 ties one and loses two, 0.6 wins two and loses one.
    assert metrics["auc"] == pytest.approx((0.5 + 2) / 6)
    assert metrics["gini"] == pytest.approx(2 * 2.5 / 6 - 1)
    assert metrics["ks"] == pytest.approx(1 / 3)
    assert metrics["brier"] == pytest.approx((0.01 + 0.81 + 0.09 + 0.16 + 0.64) / 5)
    assert metrics["log_loss"] == pytest.approx(-math.log(0.9 * 0.1 * 0.7 * 0.6 * 0.2) / 5)


@settings(max_examples=25)
@given(samples)
def test_figures_are_those_of_scikit_learn(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    target, probability = drawn
    metrics, refused = figures(target, probability), probability >= 0.2
    fpr, tpr, _ = reference.roc_curve(target, probability)
    expected = {
        "auc": reference.roc_auc_score(target, probability),
        "ks": (tpr - fpr).max(),
        "pr_auc": reference.average_precision_score(target, probability),
        "accuracy": reference.accuracy_score(target, refused),
        "recall": reference.recall_score(target, refused),
        "precision": reference.precision_score(target, refused, zero_division=0),
        "f1": reference.f1_score(target, refused),
        "brier": reference.brier_score_loss(target, probability),
        "log_loss": reference.log_loss(target, probability),
    }
    assert {name: metrics[name] for name in expected} == pytest.approx(expected)


@given(samples)
def test_a_client_of_weight_two_counts_like_two_clients(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    target, probability = drawn
    weights = np.random.default_rng(0).integers(1, 4, len(target))
    weighted = measure(rank(target, probability, 0.2).resampled(weights.astype(float)))
    repeated = figures(np.repeat(target, weights), np.repeat(probability, weights))
    same = [name for name in weighted if name != "ece"]  # its bins are those of the sample as it is
    assert {name: weighted[name] for name in same} == pytest.approx({name: repeated[name] for name in same})


def test_a_calibrated_sample_has_slope_one_and_no_error() -> None:
    target, probability = sample(1, size=200_000)
    metrics = figures(target, probability)
    assert metrics["calibration_slope"] == pytest.approx(1, abs=0.03)
    assert metrics["ece"] < 0.005


def test_probabilities_twice_too_extreme_have_slope_one_half() -> None:
    rng = np.random.default_rng(2)
    odds = rng.normal(-2, 1, 100_000)
    target = (rng.random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(float)
    assert figures(target, 1 / (1 + np.exp(-2 * odds)))["calibration_slope"] == pytest.approx(0.5, abs=0.02)


def test_the_logistic_fit_is_that_of_scikit_learn() -> None:
    target, probability = sample(4, size=5_000)
    odds = np.log(probability / (1 - probability))
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(odds[:, None], target)
    expected = (fitted.coef_[0, 0], fitted.intercept_[0])
    assert logistic_fit(odds, target, np.ones(len(odds))) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("number", [5, 6, 12])
def test_every_figure_lies_in_its_interval_and_the_seed_decides_it(number: int) -> None:
    target, probability = sample(number, size=2_000)
    clients = rank(target, probability, 0.2)
    estimates = evaluate(clients, resamples=200, seed=1)
    assert estimates.keys() == classification.METRICS.keys()
    for name in estimates:
        assert estimates[name].low < estimates[name].value < estimates[name].high
    assert evaluate(clients, resamples=200, seed=1) == estimates


def test_the_interval_of_the_auc_is_as_wide_as_theory_says() -> None:
    target, probability = sample(6, size=4_000)
    auc = evaluate(rank(target, probability, 0.2), resamples=400, seed=1)["auc"]
    defaults, value = target.sum(), auc.value
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)  # Hanley and McNeil (1982)
    spread = (defaults - 1) * (q1 - value**2) + (len(target) - defaults - 1) * (q2 - value**2)
    sd = math.sqrt((value * (1 - value) + spread) / (defaults * (len(target) - defaults)))
    assert auc.standard_error == pytest.approx(sd, rel=0.25)
