from dataclasses import replace

import numpy as np
import pytest

from scoring.ml.metrics.costs import DEFAULT_COSTS, best_threshold, fold_thresholds
from scoring.ml.model.calibration import Calibration, Method, sigmoid
from scoring.ml.training.validate.threshold_rules import ScoredClients, compare_rules

SIZE = 6_000


@pytest.fixture(scope="module")
def scored() -> ScoredClients:
    """Calibrated clients in five folds."""
    rng = np.random.default_rng(3)
    log_odds = rng.normal(-2.6, 1.0, SIZE)
    target = (rng.random(SIZE) < sigmoid(log_odds)).astype(float)
    return ScoredClients(log_odds, target, np.arange(SIZE) % 5, Calibration(), DEFAULT_COSTS)


def test_each_rule_gives_its_threshold_and_what_it_costs(scored: ScoredClients) -> None:
    section = compare_rules(scored, resamples=40, seed=1)
    rules = {rule.code: rule for rule in section.rules}
    probability = sigmoid(scored.log_odds)
    pooled = best_threshold(scored.target, probability)
    assert section.in_force == "fold_mean"
    assert rules["fold_mean"].threshold == pytest.approx(
        np.mean(fold_thresholds(scored.target, probability, scored.fold))
    )
    assert rules["pooled"].threshold == pooled
    assert rules["half_way"].threshold == pytest.approx((pooled + 1 / 11) / 2)
    assert rules["theoretical"].threshold == pytest.approx(1 / 11)
    assert rules["theoretical"].threshold_deviation == pytest.approx(0, abs=1e-12)
    assert all(0.3 < (rule.cost or 0) < 0.7 and (rule.cost_deviation or 0) > 0 for rule in section.rules)
    # What is chosen on drawn clients pays for it on the others.
    assert (rules["theoretical"].cost or 1) < (rules["pooled"].cost or 0)


def test_theory_is_not_offered_without_calibrated_probabilities(scored: ScoredClients) -> None:
    section = compare_rules(replace(scored, log_odds=2 * scored.log_odds), resamples=5, seed=1)
    rules = {rule.code: rule for rule in section.rules}
    assert rules["theoretical"].threshold is rules["half_way"].threshold is None
    assert "slope" in rules["theoretical"].why
    assert rules["pooled"].threshold is not None


def test_a_correction_that_calibrates_makes_theory_available(scored: ScoredClients) -> None:
    corrected = replace(
        scored, log_odds=2 * scored.log_odds, calibration=Calibration(Method.PLATT, a=0.5, b=0.0)
    )
    rules = {rule.code: rule for rule in compare_rules(corrected, resamples=5, seed=1).rules}
    assert rules["theoretical"].threshold == pytest.approx(1 / 11)
