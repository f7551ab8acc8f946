from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scoring.ml.training.data.clients import Clients
from scoring.ml.training.validate import fairness, proxy_tests

SEED = 1


def by_group(clients: Clients, probability: np.ndarray, threshold: float = 0.2) -> dict[str, Any]:
    return fairness.by_group(clients, probability, threshold, resamples=50, seed=SEED)


@pytest.fixture(scope="module")
def probability(clients: Clients) -> np.ndarray:
    return np.random.default_rng(2).beta(1, 6, len(clients))


def test_rates_of_a_group_are_counted_from_its_own_clients(clients: Clients, probability: np.ndarray) -> None:
    women = by_group(clients, probability)["CODE_GENDER"]["groups"]["F"]
    inside = clients.protected["CODE_GENDER"] == "F"
    refused, defaults = probability >= 0.2, clients.target == 1
    assert women["n"] == inside.sum()
    assert women["acceptance_rate"]["value"] == pytest.approx(1 - refused[inside].mean())
    assert women["tpr"]["value"] == pytest.approx(refused[inside & defaults].mean())
    assert women["fpr"]["value"] == pytest.approx(refused[inside & ~defaults].mean())
    assert women["expected"]["value"] == pytest.approx(probability[inside].mean())
    assert women["tpr"]["low"] < women["tpr"]["value"] < women["tpr"]["high"]


def test_the_lowest_ratio_compares_the_least_with_the_most_accepted_group(
    clients: Clients, probability: np.ndarray
) -> None:
    found = by_group(clients, probability)["NAME_FAMILY_STATUS"]
    rates = [group["acceptance_rate"]["value"] for group in found["groups"].values()]
    assert found["gaps"]["lowest_ratio"]["value"] == pytest.approx(min(rates) / max(rates))


def test_a_verdict_that_depends_on_the_sex_shows(clients: Clients) -> None:
    biased = np.where(clients.protected["CODE_GENDER"] == "M", 0.9, 0.1)
    found = by_group(clients, biased)["CODE_GENDER"]
    assert found["gaps"]["tpr_gap"]["value"] == 1.0
    assert found["gaps"]["lowest_ratio"]["value"] == 0.0


def test_groups_under_a_hundred_clients_are_named_and_not_measured(
    clients: Clients, probability: np.ndarray
) -> None:
    sex = clients.protected["CODE_GENDER"].copy()
    sex[:99] = "XNA"
    small = replace(clients, protected={**clients.protected, "CODE_GENDER": sex})
    found = by_group(small, probability)["CODE_GENDER"]
    assert found["groups"].keys() == {"F", "M"}
    assert found["suppressed"] == ["XNA"]


def test_age_bands_are_groups_too(clients: Clients, probability: np.ndarray) -> None:
    assert "30-39" in by_group(clients, probability)["age_band"]["groups"]


def test_a_feature_that_gives_the_sex_away_is_found(clients: Clients) -> None:
    plain = proxy_tests.foretold_sex(clients, seed=SEED, size=1_500)
    assert plain["low"] < 0.5 + 0.05
    told = clients.matrix.copy()
    told[:, 0] = clients.protected["CODE_GENDER"] == "F"
    given = proxy_tests.foretold_sex(replace(clients, matrix=told), seed=SEED, size=1_500)
    assert given["auc"] > 0.95
    assert given["top"][0]["feature"] == clients.names[0]


def test_what_a_protected_column_would_add_is_measured_on_the_same_folds(clients: Clients) -> None:
    rng = np.random.default_rng(3)
    # Men default far more often here: the column would help, and the price of leaving it out is above 0.
    men = clients.protected["CODE_GENDER"] == "M"
    target = (rng.random(len(clients)) < np.where(men, 0.4, 0.05)).astype(float)
    found = proxy_tests.price(replace(clients, target=target), seed=SEED, size=1_500)
    assert found["columns"] == ["CODE_GENDER", "NAME_FAMILY_STATUS"]
    assert found["difference"]["low"] > 0.05
    assert found["difference"]["value"] == pytest.approx(found["with"] - found["without"])
    assert len(found["folds"]) == 5
