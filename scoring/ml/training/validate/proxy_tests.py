"""Proxy test of protected attributes, and the cost of leaving the protected columns out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification, paired
from scoring.ml.metrics.classification import Ranked
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_validation import ProtectedColumnsCost, ProxyTest
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.probe_models import ProbeData
from scoring.ml.training.validate.sanity_checks import strongest

Values = NDArray[np.float64]

SEX = "CODE_GENDER"
_WOMAN = "F"
_RESAMPLES = 200


def sex_proxy_test(clients: Clients, *, seed: int, size: int) -> ProxyTest:
    """Measure how well the features predict the sex: an AUC of 0.5 means that nothing can be read from them.

    `auc` is None where the sex of too few clients is known.
    """
    sex = clients.protected[SEX]
    labelled = np.flatnonzero(np.array([value is not None for value in sex.tolist()], dtype=bool))
    try:
        rows = labelled[
            probe_models.stratified_sample((sex[labelled] == _WOMAN).astype(np.float64), size, seed)
        ]
        is_woman = (sex[rows] == _WOMAN).astype(np.float64)
        data = ProbeData(clients.names, clients.matrix[rows], is_woman, list(vocabulary(clients.names)))
        result = probe_models.cross_validate(data, seed=seed)
    except (TrainingError, ValueError):
        return ProxyTest(auc=None, why="the sex of too few clients is known")
    auc = classification.evaluate(_ranked(is_woman, result.log_odds), resamples=_RESAMPLES, seed=seed)["auc"]
    return ProxyTest(
        auc=auc.value,
        low=auc.low,
        high=auc.high,
        clients=len(rows),
        top=strongest(clients.names, result.gains),
    )


def protected_columns_cost(clients: Clients, *, seed: int, size: int) -> ProtectedColumnsCost:
    """Measure the AUC gained by using the protected columns: a quick booster with and without, same folds."""
    rows = probe_models.stratified_sample(clients.target, size, seed)
    target, categorical = clients.target[rows], list(vocabulary(clients.names))
    protected = {name: _coded(values[rows]) for name, values in clients.protected.items()}
    without = ProbeData(clients.names, clients.matrix[rows], target, categorical)
    using = ProbeData(
        [*clients.names, *protected],
        np.column_stack([clients.matrix[rows], *protected.values()]),
        target,
        [*categorical, *protected],
    )
    log_odds_without, log_odds_using = (
        probe_models.cross_validate(data, seed=seed).log_odds for data in (without, using)
    )
    fold = splits.folds(target, seed)
    difference = paired.differences(
        _ranked(target, log_odds_without),
        _ranked(target, log_odds_using),
        ["auc"],
        resamples=_RESAMPLES,
        seed=seed,
    )["auc"]

    def fold_gain(inside: NDArray[np.bool_]) -> float:
        return _auc(target[inside], log_odds_using[inside]) - _auc(target[inside], log_odds_without[inside])

    return ProtectedColumnsCost(
        columns=tuple(protected),
        auc_without=difference.champion,
        auc_with=difference.challenger,
        difference=difference.estimate,
        fold_differences=tuple(fold_gain(fold == number) for number in range(splits.FOLDS)),
        clients=len(rows),
    )


def _coded(values: NDArray[Any]) -> Values:
    """Return categories as numbers; unknown is missing."""
    categories = sorted({value for value in values.tolist() if value is not None})
    codes = {value: float(code) for code, value in enumerate(categories)}
    return np.array([codes.get(value, np.nan) for value in values.tolist()])


def _auc(target: Values, log_odds: Values) -> float:
    return classification.auc(_ranked(target, log_odds))


def _ranked(target: Values, log_odds: Values) -> Ranked:
    return classification.rank(target, sigmoid(log_odds), threshold=0.5)
