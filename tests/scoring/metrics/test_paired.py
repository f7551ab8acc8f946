import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from scoring.ml.metrics.classification import Ranked, rank
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.metrics.paired import differences

METRICS = ("auc", "cost")
THRESHOLD = 0.09


@pytest.fixture(scope="module")
def probability() -> np.ndarray:
    return np.random.default_rng(1).beta(1, 10, 5_000)


@pytest.fixture(scope="module")
def target(probability: np.ndarray) -> np.ndarray:
    return (np.random.default_rng(2).random(len(probability)) < probability).astype(float)


@pytest.fixture(scope="module")
def noisy(probability: np.ndarray) -> np.ndarray:
    noise = np.exp(np.random.default_rng(3).normal(0, 1, len(probability)))
    return np.clip(probability * noise, 0, 0.99)


def test_a_noisier_challenger_is_worse_beyond_noise_on_the_same_clients(
    target: np.ndarray, probability: np.ndarray, noisy: np.ndarray
) -> None:
    difference = differences(
        rank(target, probability, THRESHOLD), rank(target, noisy, THRESHOLD), METRICS, resamples=200, seed=0
    )
    assert difference["auc"].high < 0
    assert difference["cost"].low > 0
    assert difference["auc"].clients == len(target)
    assert difference["auc"].challenger == pytest.approx(roc_auc_score(target, noisy))
    assert difference["auc"].value == pytest.approx(difference["auc"].challenger - difference["auc"].champion)


def test_a_model_differs_in_nothing_from_itself(target: np.ndarray, probability: np.ndarray) -> None:
    clients = rank(target, probability, THRESHOLD)
    difference = differences(clients, clients, METRICS, resamples=50, seed=0)
    assert difference["auc"].estimate == Estimate(0.0, 0.0, 0.0)


def test_weights_give_the_interval_of_drawing_rows(
    target: np.ndarray, probability: np.ndarray, noisy: np.ndarray
) -> None:
    """A resample by weights of sorted clients and one by picking rows are the same draw."""

    def metric(rows: np.ndarray, by: np.ndarray) -> float:
        return float(roc_auc_score(target[rows], by[rows]))

    rng = np.random.default_rng(7)
    draws = [rng.integers(0, len(target), len(target)) for _ in range(40)]
    picked = [metric(rows, noisy) - metric(rows, probability) for rows in draws]
    difference = differences(
        rank(target, probability, THRESHOLD), rank(target, noisy, THRESHOLD), ["auc"], resamples=40, seed=7
    )["auc"]
    assert [difference.low, difference.high] == pytest.approx(np.percentile(picked, [2.5, 97.5]).tolist())


def test_a_draw_without_both_outcomes_does_not_count() -> None:
    target = np.array([1.0, 0.0, 0.0])

    def model(probability: list[float]) -> Ranked:
        return rank(target, np.array(probability), THRESHOLD)

    difference = differences(model([0.2, 0.1, 0.3]), model([0.3, 0.1, 0.2]), ["auc"], resamples=60, seed=1)[
        "auc"
    ]
    assert (difference.champion, difference.challenger) == (0.5, 1.0)
    assert np.isfinite([difference.low, difference.high]).all()
