"""Can the figures of a run be believed: checks that every training goes through, and their outcome as facts.

A check has `passed`: True, False, or None where it only reports. A run with a failed check is suspect.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification, intervals
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.probe_models import Question

Values = NDArray[np.float64]
Check = dict[str, Any]
Procedure = Callable[[Values], Values]

# Above every public result on these data that did not leak (the best stack reported 0.8086).
LEAK_ALARM = 0.81
_STANDARD_ERRORS = 2
# A fair coin leaves three standard errors once in 370 runs.
_SHUFFLED_ERRORS = 3
_TOP = 8


def suspect(checks: Mapping[str, Check]) -> list[str]:
    """The checks that failed."""
    return [code for code, check in checks.items() if check["passed"] is False]


def of_run(
    clients: Clients, figures: Mapping[str, Any], again: Procedure, *, seed: int, size: int
) -> dict[str, Check]:
    """Every check of a run with these `figures` (metrics of "oof" and "holdout"), by code.

    `again` goes from outcomes, (n,), to log-odds out of fold, (n,), NaN for who is held out; `size`: at most
    so many clients answer the questions that need boosters of their own.
    """
    return {
        "split_by_client": split_by_client(clients, seed),
        "holdout_agrees": holdout_agrees(figures["oof"]["auc"], figures["holdout"]["auc"]),
        "no_leak": no_leak(figures),
        "shuffled": shuffled(clients, again, seed=seed),
        "train_like_test": train_like_test(clients, seed=seed, size=size),
    }


def split_by_client(clients: Clients, seed: int) -> Check:
    """Every client is in the hold-out or in exactly one fold: one row is one client, and no row twice."""
    learn, judge = splits.hold_out(clients.target, seed)
    fold = splits.folds(clients.target[learn], seed)
    sizes = np.bincount(fold, minlength=splits.FOLDS)
    once = len(np.unique(np.concatenate([learn, judge]))) == len(learn) + len(judge) == len(clients)
    return {
        "passed": bool(once and sizes.sum() == len(learn) and sizes.min() > 0),
        "holdout": len(judge),
        "folds": sizes.tolist(),
    }


def holdout_agrees(oof: Mapping[str, float], judged: Mapping[str, float]) -> Check:
    """The AUC out of fold and on the hold-out differ by no more than two standard errors."""
    error = math.hypot(_standard_error(oof), _standard_error(judged))
    difference = judged["value"] - oof["value"]
    return {
        "passed": abs(difference) <= _STANDARD_ERRORS * error,
        "difference": difference,
        "standard_error": error,
    }


def no_leak(figures: Mapping[str, Any]) -> Check:
    """No AUC is too good to be true."""
    highest = max(part["auc"]["value"] for part in figures.values())
    return {"passed": highest <= LEAK_ALARM, "auc": highest, "limit": LEAK_ALARM}


def shuffled(clients: Clients, again: Procedure, *, seed: int) -> Check:
    """Outcomes dealt out at random cannot be foretold: an AUC other than 0.5 comes from the procedure.

    The whole procedure is gone through again: selection, fitted features and boosters in every fold.
    """
    target = np.random.default_rng(seed).permutation(clients.target)
    raw = again(target)
    asked = ~np.isnan(raw)
    found = _auc(target[asked], raw[asked])
    defaults, repaid = target[asked].sum(), (1 - target[asked]).sum()
    # Standard error of an AUC of 0.5. Source: Mann and Whitney (1947).
    error = math.sqrt((asked.sum() + 1) / (12 * defaults * repaid))
    low, high = intervals.normal(found, error)
    return {
        "passed": bool(abs(found - 0.5) <= _SHUFFLED_ERRORS * error),
        "auc": found,
        "low": low,
        "high": high,
        "clients": int(asked.sum()),
    }


def train_like_test(clients: Clients, *, seed: int, size: int) -> Check:
    """Adversarial validation: can clients with a known outcome be told from those without (AUC 0.5: no)?"""
    half = min(len(clients.others), size // 2)
    if half < splits.FOLDS:
        return {"passed": None, "auc": None, "why": "every client of the folder has a known outcome"}
    rows = probe_models.sampled(clients.target, half, seed)
    matrix = np.concatenate([clients.matrix[rows], clients.others[:half]])
    unknown = np.repeat([0.0, 1.0], [len(rows), half])
    question = Question(clients.names, matrix, unknown, list(vocabulary(clients.names)))
    answered = probe_models.ask(question, seed=seed)
    return {
        "passed": None,
        "auc": _auc(unknown, answered.raw),
        "clients": len(unknown),
        "top": strongest(clients.names, answered.gains),
    }


def strongest(names: tuple[str, ...], gains: Values) -> list[dict[str, Any]]:
    """The features that gave most, with their share of all gains."""
    best = np.argsort(-gains, kind="stable")[:_TOP]
    whole = gains.sum() or 1.0
    return [{"feature": names[one], "share": float(gains[one] / whole)} for one in best if gains[one] > 0]


def _auc(target: Values, raw: Values) -> float:
    return classification.auc(classification.rank(target, sigmoid(raw), threshold=0.5))


def _standard_error(figure: Mapping[str, float]) -> float:
    return (figure["high"] - figure["low"]) / (2 * intervals.Z95)
