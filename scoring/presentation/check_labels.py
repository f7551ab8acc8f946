"""The checks that a training went through, in words."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from scoring.ml.features import catalogue
from scoring.presentation.numbers import localize, number, percent, signed

Facts = Mapping[str, Any]


class Told(NamedTuple):
    """`state` is "passed", "failed" or "reported"."""

    state: str
    title: str
    detail: str


def checks(facts: Facts) -> list[Told]:
    """Every check of a version that this desk has words for."""
    found = facts.get("checks", {})
    return [
        Told(_STATES[check["passed"]], *_WORDS[code](check))
        for code, check in found.items()
        if code in _WORDS
    ]


def _split(check: Facts) -> tuple[str, str]:
    return _("Every split is by client"), _(
        "{folds} folds and a hold-out of {holdout} clients; nobody is in two of them."
    ).format(folds=number(len(check["folds"])), holdout=number(check["holdout"]))


def _agrees(check: Facts) -> tuple[str, str]:
    return _("Out of fold and hold-out agree"), _(
        "The AUC on the hold-out differs by {difference}; two standard errors are {errors}."
    ).format(difference=signed(check["difference"]), errors=number(2 * check["standard_error"], 4))


def _leak(check: Facts) -> tuple[str, str]:
    return _("No sign of a leak"), _(
        "The highest AUC is {auc}; above {limit} it would be too good to be true."
    ).format(auc=number(check["auc"], 4), limit=number(check["limit"], 2))


def _shuffled(check: Facts) -> tuple[str, str]:
    return _("Shuffled outcomes cannot be foretold"), _(
        "With outcomes dealt out at random the AUC is {auc} ({low} to {high}); it must be 0.5."
    ).format(auc=number(check["auc"], 3), low=number(check["low"], 3), high=number(check["high"], 3))


def _alike(check: Facts) -> tuple[str, str]:
    title = _("Clients with a known outcome are like the others")
    if check["auc"] is None:
        return title, _("Not compared: every client of the folder has a known outcome.")
    names = ", ".join(f"{_label(one['feature'])} ({percent(one['share'], 0)})" for one in check["top"][:3])
    return title, _(
        "Told apart with an AUC of {auc}, where 0.5 means that they are alike; most by {names}."
    ).format(auc=number(check["auc"], 3), names=names)


def _label(feature: str) -> str:
    known = catalogue.BY_NAME.get(feature)
    return localize(known.label) if known else feature


_STATES = {True: "passed", False: "failed", None: "reported"}
_WORDS: Mapping[str, Callable[[Facts], tuple[str, str]]] = {
    "split_by_client": _split,
    "holdout_agrees": _agrees,
    "no_leak": _leak,
    "shuffled": _shuffled,
    "train_like_test": _alike,
}
