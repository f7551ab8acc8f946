"""How well a version did, in the words and the order of the model pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Final[Mapping[str, str | Promise]] = {
    "auc": _("AUC"),
    "gini": _("Gini"),
    "ks": _("KS"),
    "pr_auc": _("Precision-recall AUC"),
    "accuracy": _("Accuracy"),
    "recall": _("Recall of defaults"),
    "precision": _("Precision of refusals"),
    "f1": _("F1"),
    "brier": _("Brier score"),
    "log_loss": _("Log-loss"),
    "calibration_slope": _("Calibration slope"),
    "ece": _("Calibration error (ECE)"),
    "cost": _("Business cost per case"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric on the hold-out and out of fold; each is {value, low, high} with the 95 % interval."""

    code: str
    label: str | Promise
    holdout: Mapping[str, float] | None
    oof: Mapping[str, float] | None


def measured(facts: Mapping[str, Any]) -> dict[str, Measure]:
    """The metrics that model.json gives, in the order of the page."""
    holdout, oof = (facts.get("metrics", {}).get(side, {}) for side in ("holdout", "oof"))
    return {
        code: Measure(code, label, holdout.get(code), oof.get(code))
        for code, label in LABELS.items()
        if code in holdout or code in oof
    }
