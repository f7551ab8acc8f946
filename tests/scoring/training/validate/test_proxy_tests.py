from dataclasses import replace

import numpy as np
import pytest

from scoring.ml.training.data.clients import Clients
from scoring.ml.training.validate import proxy_tests

SEED = 1


def test_a_feature_that_reveals_the_sex_is_named(clients: Clients) -> None:
    unrelated = proxy_tests.sex_proxy_test(clients, seed=SEED, size=1_500)
    assert unrelated.low is not None
    assert unrelated.low < 0.5 + 0.05
    revealing = clients.matrix.copy()
    revealing[:, 0] = clients.protected["CODE_GENDER"] == "F"
    revealed = proxy_tests.sex_proxy_test(replace(clients, matrix=revealing), seed=SEED, size=1_500)
    assert revealed.auc is not None
    assert revealed.auc > 0.95
    assert revealed.top is not None
    assert revealed.top[0].feature == clients.names[0]


def test_without_the_sex_of_enough_clients_nothing_is_measured(clients: Clients) -> None:
    hidden = replace(clients, protected={**clients.protected, "CODE_GENDER": np.full(len(clients), None)})
    result = proxy_tests.sex_proxy_test(hidden, seed=SEED, size=1_500)
    assert (result.auc, result.why) == (None, "the sex of too few clients is known")


def test_the_cost_of_leaving_a_protected_column_out_is_measured_on_the_same_folds(clients: Clients) -> None:
    rng = np.random.default_rng(3)
    # Men default far more often here: the column would help, and leaving it out costs AUC.
    men = clients.protected["CODE_GENDER"] == "M"
    target = (rng.random(len(clients)) < np.where(men, 0.4, 0.05)).astype(float)
    cost = proxy_tests.protected_columns_cost(replace(clients, target=target), seed=SEED, size=1_500)
    assert cost.columns == ("CODE_GENDER", "NAME_FAMILY_STATUS")
    assert cost.difference.low > 0.05
    assert cost.difference.value == pytest.approx(cost.auc_with - cost.auc_without)
    assert len(cost.fold_differences) == 5
