from dataclasses import replace
from typing import Any

import numpy as np

from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.validate import sanity_checks

SEED = 1


def figure(value: float, margin: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - margin, "high": value + margin}


def figures(oof: float, judged: float) -> dict[str, Any]:
    return {"oof": {"auc": figure(oof)}, "holdout": {"auc": figure(judged)}}


def test_a_hold_out_within_two_standard_errors_passes_and_one_beyond_fails() -> None:
    assert sanity_checks.holdout_agrees(figure(0.75), figure(0.74))["passed"]
    assert not sanity_checks.holdout_agrees(figure(0.75), figure(0.72))["passed"]


def test_an_auc_too_good_to_be_true_raises_the_alarm() -> None:
    assert sanity_checks.no_leak(figures(0.80, 0.79))["passed"]
    assert not sanity_checks.no_leak(figures(0.79, 0.82))["passed"]


def test_every_client_is_in_one_fold_or_the_hold_out(clients: Clients) -> None:
    found = sanity_checks.split_by_client(clients, SEED)
    assert found["passed"]
    assert sum(found["folds"]) + found["holdout"] == len(clients)


def test_a_procedure_that_cannot_see_the_outcome_passes_the_shuffled_run(clients: Clients) -> None:
    def honest(target: np.ndarray) -> np.ndarray:
        return np.random.default_rng(5).normal(size=len(target))

    assert sanity_checks.shuffled(clients, honest, seed=SEED)["passed"]


def test_a_procedure_that_leaks_the_outcome_is_caught(clients: Clients) -> None:
    def leaking(target: np.ndarray) -> np.ndarray:
        _, judge = splits.hold_out(target, SEED)
        raw = target + np.random.default_rng(5).normal(size=len(target))
        raw[judge] = np.nan
        return raw

    found = sanity_checks.shuffled(clients, leaking, seed=SEED)
    assert not found["passed"]
    assert found["clients"] == 1_200
    assert sanity_checks.suspect({"shuffled": found, "other": {"passed": None}}) == ["shuffled"]


def test_clients_of_another_kind_are_told_apart(clients: Clients) -> None:
    rng = np.random.default_rng(7)
    alike = replace(clients, others=clients.matrix[rng.choice(len(clients), 300, replace=False)])
    shifted = replace(clients, others=alike.others + 1e6)
    same = sanity_checks.train_like_test(alike, seed=SEED, size=1_000)
    other = sanity_checks.train_like_test(shifted, seed=SEED, size=1_000)
    assert same["auc"] < 0.6 < 0.95 < other["auc"]
    assert other["top"]
    assert same["passed"] is other["passed"] is None


def test_without_clients_of_unknown_outcome_nothing_is_compared(clients: Clients) -> None:
    found = sanity_checks.train_like_test(replace(clients, others=clients.others[:0]), seed=SEED, size=1_000)
    assert (found["passed"], found["auc"]) == (None, None)
