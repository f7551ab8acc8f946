from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_ratio,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)

from scoring.ml.model.manifest_validation import AttributeFairness
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.validate import fairness

SEED = 1


def by_attribute(
    clients: Clients, probability: np.ndarray, threshold: float = 0.2
) -> dict[str, AttributeFairness]:
    return fairness.group_fairness(clients, probability, threshold, resamples=50, seed=SEED)


@pytest.fixture(scope="module")
def probability(clients: Clients) -> np.ndarray:
    return np.random.default_rng(2).beta(1, 6, len(clients))


def test_rates_of_a_group_are_counted_from_its_own_clients(clients: Clients, probability: np.ndarray) -> None:
    women = by_attribute(clients, probability)["CODE_GENDER"].groups["F"]
    inside = clients.protected["CODE_GENDER"] == "F"
    refused, defaults = probability >= 0.2, clients.target == 1
    assert women.clients == inside.sum()
    assert women.acceptance_rate.value == pytest.approx(1 - refused[inside].mean())
    assert women.tpr.value == pytest.approx(refused[inside & defaults].mean())
    assert women.fpr.value == pytest.approx(refused[inside & ~defaults].mean())
    assert women.expected.value == pytest.approx(probability[inside].mean())
    assert women.tpr.low < women.tpr.value < women.tpr.high


def test_the_lowest_ratio_compares_the_least_with_the_most_accepted_group(
    clients: Clients, probability: np.ndarray
) -> None:
    status = by_attribute(clients, probability)["NAME_FAMILY_STATUS"]
    rates = [group.acceptance_rate.value for group in status.groups.values()]
    assert status.gaps is not None
    assert status.gaps.lowest_ratio.value == pytest.approx(min(rates) / max(rates))


@pytest.mark.parametrize("attribute", ["CODE_GENDER", "NAME_FAMILY_STATUS", "age_band"])
def test_rates_and_gaps_are_those_of_fairlearn(
    clients: Clients, probability: np.ndarray, attribute: str
) -> None:
    measured = by_attribute(clients, probability)[attribute]
    assert not measured.suppressed
    assert measured.gaps is not None
    refused = (probability >= 0.2).astype(int)
    groups = fairness.attributes(clients)[attribute]
    frame = MetricFrame(
        metrics={"tpr": true_positive_rate, "fpr": false_positive_rate, "refusals": selection_rate},
        y_true=clients.target,
        y_pred=refused,
        sensitive_features=groups,
    )
    for group, rates in measured.groups.items():
        assert rates.tpr.value == pytest.approx(frame.by_group.loc[group, "tpr"])
        assert rates.fpr.value == pytest.approx(frame.by_group.loc[group, "fpr"])
        assert rates.acceptance_rate.value == pytest.approx(1 - frame.by_group.loc[group, "refusals"])
    gaps, differences = measured.gaps, frame.difference(method="between_groups")
    assert gaps.tpr_gap.value == pytest.approx(differences["tpr"])
    assert gaps.fpr_gap.value == pytest.approx(differences["fpr"])
    assert max(gaps.tpr_gap.value, gaps.fpr_gap.value) == pytest.approx(
        equalized_odds_difference(clients.target, refused, sensitive_features=groups)
    )
    assert gaps.lowest_ratio.value == pytest.approx(
        demographic_parity_ratio(clients.target, 1 - refused, sensitive_features=groups)
    )


def test_a_verdict_that_depends_on_the_sex_shows(clients: Clients) -> None:
    biased = np.where(clients.protected["CODE_GENDER"] == "M", 0.9, 0.1)
    gaps = by_attribute(clients, biased)["CODE_GENDER"].gaps
    assert gaps is not None
    assert gaps.tpr_gap.value == 1.0
    assert gaps.lowest_ratio.value == 0.0


def test_groups_under_a_hundred_clients_are_named_and_not_measured(
    clients: Clients, probability: np.ndarray
) -> None:
    sex = clients.protected["CODE_GENDER"].copy()
    sex[:99] = "XNA"
    small = replace(clients, protected={**clients.protected, "CODE_GENDER": sex})
    sexes = by_attribute(small, probability)["CODE_GENDER"]
    assert sexes.groups.keys() == {"F", "M"}
    assert sexes.suppressed == ("XNA",)


def test_age_bands_are_groups_too(clients: Clients, probability: np.ndarray) -> None:
    assert "30-39" in by_attribute(clients, probability)["age_band"].groups


def test_without_a_large_enough_group_there_are_no_gaps(clients: Clients, probability: np.ndarray) -> None:
    scattered = np.array([f"status {number % 50}" for number in range(len(clients))], dtype=object)
    alone = replace(clients, protected={"NAME_FAMILY_STATUS": scattered})
    status = by_attribute(alone, probability)["NAME_FAMILY_STATUS"]
    assert (status.groups, status.gaps, len(status.suppressed)) == ({}, None, 50)
