"""What the features still say about protected attributes, and what leaving those attributes out costs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification, paired
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients, TrainingError
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.probe_models import Question
from scoring.ml.training.validate.sanity_checks import strongest

Values = NDArray[np.float64]

SEX = "CODE_GENDER"
_WOMAN = "F"
_RESAMPLES = 200


def foretold_sex(clients: Clients, *, seed: int, size: int) -> dict[str, Any]:
    """How well the features tell women from men: {"auc", "low", "high", "clients", "top"}.

    0.5 would mean that nothing about the sex can be read from them. `auc` is None where the folder knows too
    few of either.
    """
    sex = clients.protected[SEX]
    known = np.flatnonzero(np.array([value is not None for value in sex.tolist()], dtype=bool))
    woman = (sex[known] == _WOMAN).astype(np.float64)
    try:
        rows = known[probe_models.sampled(woman, size, seed)]
        answer = (sex[rows] == _WOMAN).astype(np.float64)
        question = Question(clients.names, clients.matrix[rows], answer, list(vocabulary(clients.names)))
        answered = probe_models.ask(question, seed=seed)
    except (TrainingError, ValueError):
        return {"auc": None, "why": "the sex of too few clients is known"}
    found = classification.evaluate(
        answer, sigmoid(answered.raw), threshold=0.5, resamples=_RESAMPLES, seed=seed
    )
    return {**_figure(found["auc"]), "clients": len(rows), "top": strongest(clients.names, answered.gains)}


def price(clients: Clients, *, seed: int, size: int) -> dict[str, Any]:
    """What the protected columns would add: the same quick booster with and without them, on the same folds.

    {"columns", "with", "without": AUC; "difference": {"value", "low", "high"}: AUC gained by using them,
    paired over clients; "folds": the difference in each fold}.
    """
    rows = probe_models.sampled(clients.target, size, seed)
    target, categorical = clients.target[rows], list(vocabulary(clients.names))
    protected = {name: _coded(values[rows]) for name, values in clients.protected.items()}
    fair = Question(clients.names, clients.matrix[rows], target, categorical)
    more = Question(
        [*clients.names, *protected],
        np.column_stack([clients.matrix[rows], *protected.values()]),
        target,
        [*categorical, *protected],
    )
    without, used = (probe_models.ask(question, seed=seed).raw for question in (fair, more))
    fold = splits.folds(target, seed)
    return {
        "columns": list(protected),
        "without": _auc(target, without),
        "with": _auc(target, used),
        "difference": paired.differences(
            _ranked(target, without), _ranked(target, used), ["auc"], resamples=_RESAMPLES, seed=seed
        )["auc"].interval(),
        "folds": [
            _auc(target[fold == one], used[fold == one]) - _auc(target[fold == one], without[fold == one])
            for one in range(splits.FOLDS)
        ],
        "clients": len(rows),
    }


def _coded(values: NDArray[Any]) -> Values:
    """Categories as numbers; unknown is missing."""
    found = sorted({value for value in values.tolist() if value is not None})
    codes = {value: float(code) for code, value in enumerate(found)}
    return np.array([codes.get(value, np.nan) for value in values.tolist()])


def _auc(target: Values, raw: Values) -> float:
    return classification.auc(_ranked(target, raw))


def _ranked(target: Values, raw: Values) -> classification.Ranked:
    return classification.rank(target, sigmoid(raw), threshold=0.5)


def _figure(figure: dict[str, float]) -> dict[str, float]:
    return {"auc": figure["value"], "low": figure["low"], "high": figure["high"]}
