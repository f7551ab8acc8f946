"""What a training measures, of random clients, for pages that show it."""

from typing import Any

import numpy as np

from scoring.ml.features import catalogue
from scoring.ml.metrics import costs, curves
from scoring.ml.training.explain import global_explanation

ROWS = 900


def evidence(features: list[str] | None = None) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    probability = rng.beta(1, 8, ROWS).clip(0.001, 0.999)
    target = (rng.random(ROWS) < probability).astype(float)
    names = features or [feature.name for feature in catalogue.FEATURES][:12]
    return {
        "curves": {"oof": curves.curves(target, probability), "holdout": curves.curves(target, probability)},
        "reliability": {"oof": curves.reliability(target, probability)}
        | {"holdout": curves.reliability(target, probability)},
        "cost_curve": costs.cost_curve(target, probability, 0.1),
        "checks": checks(),
        "suspect": [],
        "fairness": {"CODE_GENDER": _attribute("F", "M"), "age_band": _attribute("30-39", "under-30")},
        "protected": _protected(),
        "explanation": global_explanation.explanation(_sample(tuple(names), rng)),
    }


def checks(*, failed: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {
        "split_by_client": {"passed": True, "holdout": 200, "folds": [160] * 5},
        "holdout_agrees": {"passed": True, "difference": 0.002, "standard_error": 0.004},
        "no_leak": {"passed": True, "auc": 0.76, "limit": 0.81},
        "shuffled": {"passed": True, "auc": 0.501, "low": 0.49, "high": 0.512, "clients": 1000},
        "train_like_test": {"passed": None, "auc": 0.53, "clients": 900, "top": []},
    }
    if failed:
        found[failed]["passed"] = False
    return found


def _attribute(*groups: str) -> dict[str, Any]:
    one = {"value": 0.8, "low": 0.75, "high": 0.85}
    rates = ("default_rate", "expected", "acceptance_rate", "selection_ratio", "tpr", "fpr")
    return {
        "groups": {group: {"n": 450, "defaults": 45, **dict.fromkeys(rates, one)} for group in groups},
        "gaps": {"tpr_gap": one, "fpr_gap": one, "lowest_ratio": {"value": 0.7, "low": 0.6, "high": 0.8}},
        "suppressed": ["XNA"],
    }


def _protected() -> dict[str, Any]:
    return {
        "sex": {"auc": 0.81, "low": 0.8, "high": 0.82, "clients": 900, "top": []},
        "price": {
            "columns": ["CODE_GENDER", "NAME_FAMILY_STATUS"],
            "without": 0.75,
            "with": 0.7533,
            "difference": {"value": 0.0033, "low": 0.001, "high": 0.005},
            "folds": [0.003] * 5,
            "clients": 900,
        },
    }


def _sample(names: tuple[str, ...], rng: np.random.Generator) -> global_explanation.Sample:
    matrix = rng.normal(size=(ROWS, len(names)))
    for place, name in enumerate(names):
        if codes := len(catalogue.BY_NAME[name].categories):
            matrix[:, place] = rng.integers(0, codes, ROWS)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    contributions = 0.1 * np.nan_to_num(matrix) * np.arange(len(names), 0, -1)
    return global_explanation.Sample(names, matrix, contributions, -2.5)
