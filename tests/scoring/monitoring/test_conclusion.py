import json

import numpy as np
import pytest

from scoring.ml.monitoring.comparison import compare
from scoring.ml.monitoring.conclusion import Limits, findings
from scoring.ml.monitoring.sample import Sample
from tests.drift_reports import COSTS, sample


def limits_passed(before: Sample, now: Sample) -> dict[str, tuple[str, ...]]:
    numbers = compare(before, now, threshold=0.09, costs=COSTS)
    return {finding.limit: finding.columns for finding in findings(numbers, Limits())}


@pytest.mark.parametrize("seed", range(20))
def test_two_halves_of_one_population_pass_no_limit(seed):
    whole = sample(clients=1_200, seed=100 + seed)
    order = np.random.default_rng(seed).permutation(1_200)
    assert limits_passed(whole.at(order[:600]), whole.at(order[600:])) == {}


def test_lower_incomes_are_found_and_named():
    assert limits_passed(sample(), sample(seed=2, income=0.7))["column_psi"] == ("AMT_INCOME_TOTAL",)


def test_riskier_scores_are_found():
    before, now = sample(clients=4_000), sample(clients=4_000, seed=2)
    riskier = Sample(now.columns, np.clip(3 * now.probability, 0, 0.99))
    assert "score_psi" in limits_passed(before, riskier)


def test_scores_that_no_longer_rank_clients_are_found_without_outcomes():
    before, now = sample(clients=4_000), sample(clients=4_000, seed=2)
    flat = Sample(now.columns, 0.09 + 0.1 * (now.probability - 0.09))
    assert {"estimated_auc", "estimated_cost"} <= limits_passed(before, flat).keys()


def test_values_that_went_missing_are_found_and_named():
    before, now = sample(), sample(seed=2)
    holes = np.where(np.arange(len(now)) % 3, now.columns["AMT_INCOME_TOTAL"], np.nan)
    emptied = Sample({**now.columns, "AMT_INCOME_TOTAL": holes}, now.probability)
    assert limits_passed(before, emptied)["missing_share"] == ("AMT_INCOME_TOTAL",)


def test_a_higher_default_rate_is_found():
    before, now = sample(clients=3_000), sample(clients=3_000, seed=2)
    rng = np.random.default_rng(4)
    good = Sample(before.columns, before.probability, (rng.random(3_000) < 0.08).astype(float))
    bad = Sample(now.columns, now.probability, (rng.random(3_000) < 0.16).astype(float))
    assert "default_rate" in limits_passed(good, bad)


def test_each_month_has_its_numbers():
    now = sample(clients=400, seed=2)
    months = np.array(["2026-10"] * 380 + ["2026-11"] * 20, dtype=object)
    numbers = compare(sample(), Sample(now.columns, now.probability, months=months), costs=COSTS)
    assert [(month["month"], month["clients"]) for month in numbers["months"]] == [
        ("2026-10", 380),
        ("2026-11", 20),
    ]
    assert numbers["months"][0]["score"] is not None
    assert numbers["months"][1]["score"] is None


def test_the_numbers_can_be_stored():
    numbers = compare(sample(), sample(seed=2), threshold=0.09, costs=COSTS)
    assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers


def test_without_a_threshold_performance_is_left_out():
    numbers = compare(sample(), sample(seed=2), costs=COSTS)
    assert "estimated_current" not in numbers
