"""Sanity checks that every training goes through: can the figures of a run be believed?

A check has `passed`: True, False, or None where it only reports. A run with a failed check is suspect.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.ml.metrics import classification, intervals
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.calibration import sigmoid
from scoring.ml.model.folder import vocabulary
from scoring.ml.model.manifest_sections import ByPart, MetricsSection
from scoring.ml.model.manifest_validation import (
    AdversarialValidation,
    Check,
    FeatureShare,
    HoldoutCheck,
    LeakCheck,
    SanityChecks,
    ShuffledCheck,
    SplitCheck,
)
from scoring.ml.training.data import splits
from scoring.ml.training.data.clients import Clients
from scoring.ml.training.fit import probe_models
from scoring.ml.training.fit.out_of_fold import CrossValidate
from scoring.ml.training.fit.probe_models import ProbeData

Values = NDArray[np.float64]

# Above every public result on these data that did not leak (the best stack reported 0.8086).
LEAK_ALARM: Final = 0.81
_MAX_ERRORS = 2
# A fair coin leaves three standard errors once in 370 runs.
_MAX_SHUFFLED_ERRORS = 3
# One would miss a leak of 0.02 on 10,000 clients in five trainings of six.
SHUFFLES: Final = 3
# Boosters of different folds share training clients, so their mistakes go together: over 58 shuffled outcomes
# of 9,565 clients the out-of-fold AUC had a standard deviation of 0.0133, where independent ones give 0.0119.
_SHARED_CLIENTS = 1.12
_TOP = 8


def run_checks(
    clients: Clients,
    metrics: ByPart[MetricsSection],
    cross_validate: CrossValidate,
    *,
    seed: int,
    size: int,
) -> SanityChecks:
    """Run every check of a training with these metrics; at most `size` clients go into a probe model."""
    return SanityChecks(
        split_by_client=split_by_client(clients, seed),
        holdout_agrees=hold_out_agrees(metrics.out_of_fold.auc, metrics.holdout.auc),
        no_leak=no_leak(metrics),
        shuffled=shuffled_outcomes(clients, cross_validate, seed=seed),
        adversarial_validation=adversarial_validation(clients, seed=seed, size=size),
    )


def by_code(checks: SanityChecks) -> dict[str, Check]:
    """Return the checks by their stored codes, in the order in which they are reported."""
    return {
        "split_by_client": checks.split_by_client,
        "holdout_agrees": checks.holdout_agrees,
        "no_leak": checks.no_leak,
        "shuffled": checks.shuffled,
        "train_like_test": checks.adversarial_validation,
    }


def failed_codes(checks: SanityChecks) -> tuple[str, ...]:
    return tuple(code for code, check in by_code(checks).items() if check.passed is False)


def split_by_client(clients: Clients, seed: int) -> SplitCheck:
    """Check that every client is in the hold-out or in exactly one fold."""
    split = splits.split(clients.target, seed)
    sizes = np.bincount(split.fold, minlength=splits.FOLDS)
    positions = np.concatenate([split.train, split.hold_out])
    once = len(np.unique(positions)) == len(positions) == len(clients)
    return SplitCheck(
        passed=bool(once and sizes.sum() == len(split.train) and sizes.min() > 0),
        holdout=len(split.hold_out),
        folds=tuple(sizes.tolist()),
    )


def hold_out_agrees(out_of_fold: Estimate, hold_out: Estimate) -> HoldoutCheck:
    """Check that the two AUC differ by no more than two standard errors."""
    error = math.hypot(out_of_fold.standard_error, hold_out.standard_error)
    difference = hold_out.value - out_of_fold.value
    return HoldoutCheck(
        passed=abs(difference) <= _MAX_ERRORS * error, difference=difference, standard_error=error
    )


def no_leak(metrics: ByPart[MetricsSection]) -> LeakCheck:
    """Check that no AUC is too good to be true."""
    highest = max(metrics.out_of_fold.auc.value, metrics.holdout.auc.value)
    return LeakCheck(passed=highest <= LEAK_ALARM, auc=highest, limit=LEAK_ALARM)


def shuffled_outcomes(clients: Clients, cross_validate: CrossValidate, *, seed: int) -> ShuffledCheck:
    """Check that shuffled outcomes cannot be predicted: another AUC than 0.5 comes from the procedure.

    The whole procedure is repeated SHUFFLES times: selection, learned features and boosters in every fold.
    """
    rng = np.random.default_rng(seed)
    measured = []
    for _ in range(SHUFFLES):
        target = rng.permutation(clients.target)
        log_odds = cross_validate(target)
        scored = ~np.isnan(log_odds)
        measured.append(_auc(target[scored], log_odds[scored]))
    auc = float(np.mean(measured))
    defaults, repaid = target[scored].sum(), (1 - target[scored]).sum()
    # Standard error of an AUC of 0.5 over independent clients. Source: Mann and Whitney (1947).
    error = _SHARED_CLIENTS * math.sqrt((scored.sum() + 1) / (12 * defaults * repaid * SHUFFLES))
    low, high = intervals.normal(auc, error)
    return ShuffledCheck(
        passed=bool(abs(auc - 0.5) <= _MAX_SHUFFLED_ERRORS * error),
        auc=auc,
        low=low,
        high=high,
        clients=int(scored.sum()),
        runs=SHUFFLES,
    )


def adversarial_validation(clients: Clients, *, seed: int, size: int) -> AdversarialValidation:
    """Measure whether clients with a known outcome differ from those without: an AUC of 0.5 means no."""
    half = min(len(clients.unlabelled), size // 2)
    if half < splits.FOLDS:
        return AdversarialValidation(
            passed=None, auc=None, why="every client of the folder has a known outcome"
        )
    rows = probe_models.stratified_sample(clients.target, half, seed)
    matrix = np.concatenate([clients.matrix[rows], clients.unlabelled[:half]])
    unlabelled = np.repeat([0.0, 1.0], [len(rows), half])
    data = ProbeData(clients.names, matrix, unlabelled, list(vocabulary(clients.names)))
    result = probe_models.cross_validate(data, seed=seed)
    return AdversarialValidation(
        passed=None,
        auc=_auc(unlabelled, result.log_odds),
        clients=len(unlabelled),
        top=strongest(clients.names, result.gains),
    )


def strongest(names: tuple[str, ...], gains: Values) -> tuple[FeatureShare, ...]:
    """Return the features that gained most, with their share of all gains, (k,)."""
    total = gains.sum() or 1.0
    best = np.argsort(-gains, kind="stable")[:_TOP]
    return tuple(
        FeatureShare(feature=names[position], share=float(gains[position] / total))
        for position in best
        if gains[position] > 0
    )


def _auc(target: Values, log_odds: Values) -> float:
    return classification.auc(classification.rank(target, sigmoid(log_odds), threshold=0.5))
