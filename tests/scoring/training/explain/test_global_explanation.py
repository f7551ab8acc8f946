import numpy as np
import pytest

from scoring.ml.training.explain.global_explanation import Sample, direction, explanation

NAMES = ("AMT_CREDIT", "AMT_INCOME_TOTAL", "AMT_ANNUITY", "OCCUPATION_TYPE")


def sample(effect, *, rows: int = 3_000) -> Sample:
    """Contributions of the first three features are `effect` of their values; the job counts by its code."""
    rng = np.random.default_rng(1)
    matrix = np.column_stack([rng.normal(size=(rows, 3)), rng.integers(0, 4, rows)])
    matrix[:200, 0] = np.nan
    values = np.nan_to_num(matrix)
    return Sample(NAMES, matrix, np.column_stack([*effect(values), 0.1 * (values[:, 3] - 1.5)]), -2.0)


def additive(values: np.ndarray) -> list[np.ndarray]:
    return [values[:, 0], -0.5 * values[:, 1], 0.01 * values[:, 2]]


def joint(values: np.ndarray) -> list[np.ndarray]:
    return [values[:, 0] * np.sign(values[:, 1]), 0.5 * values[:, 1], 0.1 * values[:, 2]]


def test_features_are_ranked_by_mean_size_with_the_way_they_push() -> None:
    found = explanation(sample(additive))
    assert [one["feature"] for one in found["features"][:2]] == ["AMT_CREDIT", "AMT_INCOME_TOTAL"]
    ways = {one["feature"]: one["direction"] for one in found["features"]}
    assert ways["AMT_CREDIT"] == pytest.approx(1.0)
    assert ways["AMT_INCOME_TOTAL"] == pytest.approx(-1.0)
    assert ways["OCCUPATION_TYPE"] is None


def test_a_value_that_pushes_both_ways_has_no_direction() -> None:
    values = np.linspace(-1, 1, 500)
    assert direction(values, values**2) is None


def test_dependence_has_a_row_for_each_tenth_category_and_for_missing() -> None:
    found = explanation(sample(additive))["dependence"]
    rows = found["AMT_CREDIT"]
    assert [row["low"] for row in rows].count(None) == 1
    assert sum(row["n"] for row in rows) == 3_000
    means = [row["mean"] for row in rows if row["low"] is not None]
    assert means == sorted(means)
    assert [row["code"] for row in found["OCCUPATION_TYPE"]] == [0, 1, 2, 3]


def test_only_features_that_act_together_interact() -> None:
    alone = explanation(sample(additive))["interactions"]
    together = explanation(sample(joint))["interactions"]
    assert max((pair["strength"] for pair in alone), default=0.0) < 0.05
    assert {together[0]["first"], together[0]["second"]} == {"AMT_CREDIT", "AMT_INCOME_TOTAL"}
    assert together[0]["strength"] > 0.2
    assert len(together[0]["lines"]) == 3


def test_a_group_counts_with_the_sum_of_its_features() -> None:
    found = explanation(sample(additive))
    sizes = {one["group"]: one["importance"] for one in found["groups"]}
    assert sum(sizes.values()) <= sum(one["importance"] for one in found["features"]) + 1e-9
    assert list(sizes.values()) == sorted(sizes.values(), reverse=True)
