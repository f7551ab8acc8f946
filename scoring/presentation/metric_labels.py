"""Labels of the metrics, in the order of the model pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import Spread

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
class LabelledMetric:
    """One metric on the hold-out and out of fold, with 95 % intervals, and over repeated splits."""

    code: str
    label: str | Promise
    holdout: Estimate
    out_of_fold: Estimate
    repeated_holdout: Spread | None = None
    repeated_out_of_fold: Spread | None = None


def labelled_metrics(manifest: Manifest) -> dict[str, LabelledMetric]:
    """Return the metrics of a version by code, in the order of the page."""
    holdout, out_of_fold = manifest.metrics.holdout, manifest.metrics.out_of_fold
    repeated = manifest.repeated_splits.metrics if manifest.repeated_splits else None
    return {
        code: LabelledMetric(
            code,
            label,
            getattr(holdout, code),
            getattr(out_of_fold, code),
            repeated.holdout.get(code) if repeated else None,
            repeated.out_of_fold.get(code) if repeated else None,
        )
        for code, label in LABELS.items()
    }
