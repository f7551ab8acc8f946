"""Labels of the sanity checks of a training, with their figures."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from scoring.ml.features import catalogue
from scoring.ml.model.manifest_validation import (
    AdversarialValidation,
    HoldoutCheck,
    LeakCheck,
    SanityChecks,
    ShuffledCheck,
    SplitCheck,
)
from scoring.presentation.formatting import localize, number, percent, signed


class CheckLabel(NamedTuple):
    """`state` is "passed", "failed" or "reported"."""

    state: str
    title: str
    detail: str


def check_labels(checks: SanityChecks) -> list[CheckLabel]:
    """Return a label for every check of a version."""
    return [
        _holdout_agrees(checks.holdout_agrees),
        _no_leak(checks.no_leak),
        _shuffled(checks.shuffled),
        _split_by_client(checks.split_by_client),
        _adversarial_validation(checks.adversarial_validation),
    ]


def _holdout_agrees(check: HoldoutCheck) -> CheckLabel:
    detail = _("The AUC on the hold-out differs by {difference}; two standard errors are {errors}.")
    return CheckLabel(
        _state(check.passed),
        _("Out of fold and hold-out agree"),
        detail.format(difference=signed(check.difference, 3), errors=number(2 * check.standard_error, 3)),
    )


def _no_leak(check: LeakCheck) -> CheckLabel:
    detail = _("The highest AUC is {auc}; above {limit} it would be too good to be true.")
    return CheckLabel(
        _state(check.passed),
        _("No sign of a leak"),
        detail.format(auc=number(check.auc, 3), limit=number(check.limit, 2)),
    )


def _shuffled(check: ShuffledCheck) -> CheckLabel:
    detail = _(
        "With outcomes dealt out at random the AUC is {auc} ({low} to {high}), the mean of {runs}; "
        "it must be 0.5."
    )
    return CheckLabel(
        _state(check.passed),
        _("Shuffled outcomes cannot be foretold"),
        detail.format(
            auc=number(check.auc, 3),
            low=number(check.low, 3),
            high=number(check.high, 3),
            runs=number(check.runs or 1),
        ),
    )


def _split_by_client(check: SplitCheck) -> CheckLabel:
    detail = _("{folds} folds and a hold-out of {holdout} clients; nobody is in two of them.")
    return CheckLabel(
        _state(check.passed),
        _("Every split is by client"),
        detail.format(folds=number(len(check.folds)), holdout=number(check.holdout)),
    )


def _adversarial_validation(check: AdversarialValidation) -> CheckLabel:
    state, title = _state(check.passed), _("Clients with a known outcome are like the others")
    if check.auc is None:
        return CheckLabel(state, title, _("Not compared: every client of the folder has a known outcome."))
    names = ", ".join(f"{_label(item.feature)} ({percent(item.share, 0)})" for item in (check.top or ())[:3])
    detail = _("Told apart with an AUC of {auc}, where 0.5 means that they are alike; most by {names}.")
    return CheckLabel(state, title, detail.format(auc=number(check.auc, 3), names=names))


def _label(feature: str) -> str:
    described = catalogue.BY_NAME.get(feature)
    return localize(described.label) if described else feature


def _state(passed: bool | None) -> str:
    return {True: "passed", False: "failed", None: "reported"}[passed]
