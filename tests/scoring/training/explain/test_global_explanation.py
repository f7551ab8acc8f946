import numpy as np
import pytest

from scoring.ml.training.explain.global_explanation import ContributionSample, direction, explanation

NAMES = ("AMT_CREDIT", "AMT_INCOME_TOTAL", "AMT_ANNUITY", "OCCUPATION_TYPE")


def sample(effect, *, rows: int = 3_000) -> ContributionSample:
    """Contributions of the first three features are `effect` of their values; the job counts by its code."""
    rng = np.random.default_rng(1)
    matrix = np.column_stack([rng.normal(size=(rows, 3)), rng.integers(0, 4, rows)])
    matrix[:200, 0] = np.nan
    values = np.nan_to_num(matrix)
    return ContributionSample(
        NAMES, matrix, np.column_stack([*effect(values), 0.1 * (values[:, 3] - 1.5)]), -2.0
    )


def additive(values: np.ndarray) -> list[np.ndarray]:
    return [values[:, 0], -0.5 * values[:, 1], 0.01 * values[:, 2]]


def joint(values: np.ndarray) -> list[np.ndarray]:
    return [values[:, 0] * np.sign(values[:, 1]), 0.5 * values[:, 1], 0.1 * values[:, 2]]


def test_features_are_ranked_by_mean_size_with_their_direction() -> None:
    features = explanation(sample(additive)).features
    assert [feature.feature for feature in features[:2]] == ["AMT_CREDIT", "AMT_INCOME_TOTAL"]
    directions = {feature.feature: feature.direction for feature in features}
    assert directions["AMT_CREDIT"] == pytest.approx(1.0)
    assert directions["AMT_INCOME_TOTAL"] == pytest.approx(-1.0)
    assert directions["OCCUPATION_TYPE"] is None


def test_a_value_that_pushes_both_ways_has_no_direction() -> None:
    values = np.linspace(-1, 1, 500)
    assert direction(values, values**2) is None


def test_dependence_has_a_bin_for_each_tenth_category_and_for_missing() -> None:
    dependence = explanation(sample(additive)).dependence
    bins = dependence["AMT_CREDIT"]
    assert [cell.low for cell in bins].count(None) == 1
    assert sum(cell.clients for cell in bins) == 3_000
    means = [cell.mean for cell in bins if cell.low is not None]
    assert means == sorted(means)
    assert [cell.code for cell in dependence["OCCUPATION_TYPE"]] == [0, 1, 2, 3]


def test_only_features_that_act_together_interact() -> None:
    alone = explanation(sample(additive)).interactions
    together = explanation(sample(joint)).interactions
    assert max((pair.strength for pair in alone), default=0.0) < 0.05
    assert {together[0].first, together[0].second} == {"AMT_CREDIT", "AMT_INCOME_TOTAL"}
    assert together[0].strength > 0.2
    assert len(together[0].lines) == 3


def test_a_group_counts_with_the_sum_of_its_features() -> None:
    section = explanation(sample(additive))
    sizes = [group.importance for group in section.groups]
    assert sum(sizes) <= sum(feature.importance for feature in section.features) + 1e-9
    assert sizes == sorted(sizes, reverse=True)
