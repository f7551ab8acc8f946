"""Sections of a manifest that a training measures, of random clients, for pages that show them."""

from typing import Any

import numpy as np

from scoring.ml.features import catalogue
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import json_codec
from scoring.ml.model.manifest_sections import ByPart
from scoring.ml.model.manifest_validation import (
    AdversarialValidation,
    AttributeFairness,
    FairnessGaps,
    GroupRates,
    HoldoutCheck,
    LeakCheck,
    ProtectedColumnsCost,
    ProtectedSection,
    ProxyTest,
    SanityChecks,
    ShuffledCheck,
    SplitCheck,
)
from scoring.ml.training.explain import global_explanation
from scoring.ml.training.explain.global_explanation import ContributionSample
from scoring.ml.training.validate import curves

ROWS = 900


def validation_sections(features: list[str] | None = None) -> dict[str, Any]:
    """Entries of model.json, under their stored keys."""
    rng = np.random.default_rng(5)
    probability = rng.beta(1, 8, ROWS).clip(0.001, 0.999)
    target = (rng.random(ROWS) < probability).astype(float)
    names = features or [feature.name for feature in catalogue.FEATURES][:12]
    both_curves, both_reliabilities = (
        curves.curves(target, probability),
        curves.reliability(target, probability),
    )
    sections = {
        "curves": ByPart(out_of_fold=both_curves, holdout=both_curves),
        "reliability": ByPart(out_of_fold=both_reliabilities, holdout=both_reliabilities),
        "cost_curve": curves.cost_curve(target, probability, 0.1),
        "fairness": {"CODE_GENDER": _attribute("F", "M"), "age_band": _attribute("30-39", "under-30")},
        "protected": _protected(),
        "explanation": global_explanation.explanation(_contribution_sample(tuple(names), rng)),
    }
    return {**json_codec.encode(sections), "checks": sanity_checks(), "suspect": []}


def sanity_checks(*, failed: str = "") -> dict[str, Any]:
    """Every check passed but the one with the code `failed`."""
    stored: dict[str, Any] = json_codec.encode(
        SanityChecks(
            split_by_client=SplitCheck(passed=True, holdout=200, folds=(160,) * 5),
            holdout_agrees=HoldoutCheck(passed=True, difference=0.002, standard_error=0.004),
            no_leak=LeakCheck(passed=True, auc=0.76, limit=0.81),
            shuffled=ShuffledCheck(passed=True, auc=0.501, low=0.49, high=0.512, clients=1000),
            adversarial_validation=AdversarialValidation(passed=None, auc=0.53, clients=900, top=()),
        )
    )
    if failed:
        stored[failed]["passed"] = False
    return stored


def _attribute(*groups: str) -> AttributeFairness:
    rate = Estimate(0.8, 0.75, 0.85)
    rates = GroupRates(
        clients=450,
        defaults=45,
        default_rate=rate,
        expected=rate,
        acceptance_rate=rate,
        selection_ratio=rate,
        tpr=rate,
        fpr=rate,
    )
    return AttributeFairness(
        groups=dict.fromkeys(groups, rates),
        gaps=FairnessGaps(tpr_gap=rate, fpr_gap=rate, lowest_ratio=Estimate(0.7, 0.6, 0.8)),
        suppressed=("XNA",),
    )


def _protected() -> ProtectedSection:
    return ProtectedSection(
        proxy_test=ProxyTest(auc=0.81, low=0.8, high=0.82, clients=900, top=()),
        cost=ProtectedColumnsCost(
            columns=("CODE_GENDER", "NAME_FAMILY_STATUS"),
            auc_without=0.75,
            auc_with=0.7533,
            difference=Estimate(0.0033, 0.001, 0.005),
            fold_differences=(0.003,) * 5,
            clients=900,
        ),
    )


def _contribution_sample(names: tuple[str, ...], rng: np.random.Generator) -> ContributionSample:
    matrix = rng.normal(size=(ROWS, len(names)))
    for column, name in enumerate(names):
        if codes := len(catalogue.BY_NAME[name].categories):
            matrix[:, column] = rng.integers(0, codes, ROWS)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    contributions = 0.1 * np.nan_to_num(matrix) * np.arange(len(names), 0, -1)
    return ContributionSample(names, matrix, contributions, -2.5)
