from dataclasses import replace

import numpy as np
import pytest

from scoring.ml.metrics.classification import rank
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest_sections import ByPart, MetricsSection
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.validate import sanity_checks
from scoring.ml.training.validate.evaluation import metrics_section

SEED = 1


def estimate(value: float) -> Estimate:
    return Estimate(value, value - 0.01, value + 0.01)


@pytest.fixture(scope="module")
def section() -> MetricsSection:
    target = np.arange(100) % 5 == 0
    return metrics_section(rank(target.astype(float), np.linspace(0.1, 0.9, 100), 0.5), resamples=5, seed=1)


def metrics(section: MetricsSection, out_of_fold: float, hold_out: float) -> ByPart[MetricsSection]:
    return ByPart(
        out_of_fold=replace(section, auc=estimate(out_of_fold)),
        holdout=replace(section, auc=estimate(hold_out)),
    )


def test_a_hold_out_within_two_standard_errors_passes_and_one_beyond_fails() -> None:
    assert sanity_checks.hold_out_agrees(estimate(0.75), estimate(0.74)).passed
    assert not sanity_checks.hold_out_agrees(estimate(0.75), estimate(0.72)).passed


def test_an_auc_too_good_to_be_true_raises_the_alarm(section: MetricsSection) -> None:
    assert sanity_checks.no_leak(metrics(section, 0.80, 0.79)).passed
    assert not sanity_checks.no_leak(metrics(section, 0.79, 0.82)).passed


def test_every_client_is_in_one_fold_or_the_hold_out(clients: Clients) -> None:
    check = sanity_checks.split_by_client(clients, SEED)
    assert check.passed
    assert sum(check.folds) + check.holdout == len(clients)


def test_a_procedure_that_cannot_see_the_outcome_passes_the_shuffled_run(clients: Clients) -> None:
    def independent(target: np.ndarray) -> np.ndarray:
        return np.random.default_rng(5).normal(size=len(target))

    assert sanity_checks.shuffled_outcomes(clients, independent, seed=SEED).passed


def test_a_procedure_that_leaks_the_outcome_fails(clients: Clients, section: MetricsSection) -> None:
    def leaking(target: np.ndarray) -> np.ndarray:
        log_odds: np.ndarray = target + np.random.default_rng(5).normal(size=len(target))
        log_odds[splits.split(target, SEED).hold_out] = np.nan
        return log_odds

    checks = sanity_checks.run_checks(clients, metrics(section, 0.75, 0.75), leaking, seed=SEED, size=1_000)
    assert not checks.shuffled.passed
    assert checks.shuffled.clients == 1_200
    assert sanity_checks.failed_codes(checks) == ("shuffled",)


def test_adversarial_validation_separates_clients_of_another_kind(clients: Clients) -> None:
    rng = np.random.default_rng(7)
    alike = replace(clients, unlabelled=clients.matrix[rng.choice(len(clients), 300, replace=False)])
    shifted = replace(clients, unlabelled=alike.unlabelled + 1e6)
    same = sanity_checks.adversarial_validation(alike, seed=SEED, size=1_000)
    different = sanity_checks.adversarial_validation(shifted, seed=SEED, size=1_000)
    assert same.auc is not None
    assert different.auc is not None
    assert same.auc < 0.6 < 0.95 < different.auc
    assert different.top
    assert same.passed is different.passed is None


def test_without_unlabelled_clients_nothing_is_compared(clients: Clients) -> None:
    labelled = replace(clients, unlabelled=clients.unlabelled[:0])
    check = sanity_checks.adversarial_validation(labelled, seed=SEED, size=1_000)
    assert (check.passed, check.auc) == (None, None)
    assert check.why == "every client of the folder has a known outcome"
