"""Figures of a technical file, each with the source that it was read from, and the digests of the sources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from accounts.models import AuditEvent
from creditdesk.models import Assessment, Contest, Decision, MonthlyOutcome
from scoring.ml.metrics.intervals import Estimate
from scoring.ml.model import folder
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import ReferBand
from scoring.ml.model.manifest_fair_search import BASELINE
from scoring.ml.model.threshold_options import refer_band
from scoring.models import Activation, DriftReport, ModelVersion, Suspension
from scoring.presentation import formatting

MANIFEST, LOG = folder.MANIFEST, "audit log"
SHOWN_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `words` writes it in the language that is active; `source` is a key of the digests."""

    words: Callable[[], str]
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures by name, and the SHA-256 of each source; `absent` names what was not there to read."""

    version: str
    figures: Mapping[str, Figure]
    digests: Mapping[str, str]
    absent: tuple[str, ...] = field(default=())


def evidence_of(path: Path) -> Evidence:
    """Read a model folder, and what the desk's database says of its use.

    Raises ModelUnavailable where the folder is not whole.
    """
    model = folder.load(path)
    digests = {MANIFEST: model.digest}
    figures = _of_training(model.manifest)
    version = ModelVersion.objects.filter(digest=model.digest).first()
    head = AuditEvent.objects.order_by("-sequence").first()
    if version is None or head is None:
        return Evidence(model.version, figures, digests, ("use",))
    return Evidence(model.version, figures | _of_use(version), digests | {LOG: head.own_hash})


def _of_training(manifest: Manifest) -> dict[str, Figure]:
    metrics, data = manifest.metrics.holdout, manifest.data
    written: dict[str, Callable[[], str]] = {
        "clients": lambda: formatting.number(data.clients),
        "default_rate": lambda: formatting.percent(data.default_rate, 2),
        "rejected": lambda: formatting.number(data.rejected),
        "tables": lambda: ", ".join(data.tables),
        "fingerprint": lambda: data.fingerprint,
        "features": lambda: formatting.number(len(manifest.features)),
        "trained_at": lambda: manifest.created_at,
        "seed": lambda: str(manifest.seed),
        "libraries": lambda: ", ".join(f"{name} {v}" for name, v in sorted(manifest.libraries.items())),
        "auc": _interval(metrics.auc),
        "gini": _interval(metrics.gini),
        "recall": _interval(metrics.recall),
        "precision": _interval(metrics.precision),
        "ece": _interval(metrics.ece),
        "cost": _interval(metrics.cost),
        "auc_out_of_fold": _interval(manifest.metrics.out_of_fold.auc),
        "threshold": lambda: formatting.percent(manifest.threshold, 2),
        "theoretical_threshold": lambda: formatting.percent(manifest.theoretical_threshold, 2),
        "cost_ratio": lambda: formatting.short_number(manifest.costs.fn / manifest.costs.fp),
        "calibration": lambda: str(manifest.calibration.method.value),
    }
    if manifest.checks:
        shuffled, limit = manifest.checks.shuffled, manifest.checks.no_leak
        written |= {
            "failed_checks": lambda: formatting.number(len(manifest.failed_checks)),
            "shuffled_auc": lambda: formatting.number(shuffled.auc, 3),
            "leak_limit": lambda: formatting.number(limit.limit, 2),
        }
    if search := manifest.fair_search:
        tried = sum(candidate.code != BASELINE for candidate in search.candidates)
        written["fair_alternatives"] = lambda: formatting.number(tried)
        texts = {
            "fair_choice": search.chosen,
            "fair_reason": search.reason,
            "age_reason": search.age_reason,
        }
        written |= {name: partial(_quoted, text) for name, text in texts.items() if text}
    if band := refer_band(manifest):
        written |= _of_band(band)
    for attribute, fairness in manifest.fairness.items():
        if fairness.gaps:
            written[f"lowest_ratio_{attribute.lower()}"] = _interval(fairness.gaps.lowest_ratio)
    return {name: Figure(words, MANIFEST) for name, words in written.items()}


def _quoted(text: str) -> str:
    """What a person wrote, on one line, without the stop that ends the sentence around it."""
    return " ".join(text.split()).removesuffix(".")


def _of_band(band: ReferBand) -> dict[str, Callable[[], str]]:
    """What the proposed band of referral promises, and the shares that it was seen to give."""
    shares = {
        "band_from": (band.accept_below, 1),
        "band_to": (band.refuse_from, 1),
        "band_limit": (band.limit.default_rate, 1),
        "band_confidence": (band.confidence, 1),
        "band_share": (band.limit.refer_share, 0),
        "band_referred": (band.referred, 1),
        "band_defaults": (band.default_rate.value if band.default_rate else None, 2),
    }
    return {
        name: partial(formatting.percent, value, digits)
        for name, (value, digits) in shares.items()
        if value is not None
    }


def _interval(estimate: Estimate) -> Callable[[], str]:
    def words() -> str:
        value, low, high = (formatting.number(x, 3) for x in (estimate.value, estimate.low, estimate.high))
        return f"{value} ({low} – {high})"

    return words


def _of_use(version: ModelVersion) -> dict[str, Figure]:
    assessments = Assessment.objects.filter(model_digest=version.digest)
    decisions = Decision.objects.filter(assessment__in=assessments, status=Decision.Status.FINAL)
    contests = Contest.objects.filter(decision__assessment__in=assessments)
    reports = DriftReport.objects.filter(model_digest=version.digest)
    observed = MonthlyOutcome.objects.filter(case__latest_assessment__in=assessments)
    counts = {
        "assessments": assessments.count(),
        "decisions": decisions.count(),
        "overrides": decisions.filter(is_override=True).count(),
        "second_persons": decisions.filter(checked_by__isnull=False).count(),
        "contests": contests.count(),
        "contests_changed": contests.filter(outcome=Contest.Outcome.CHANGED).count(),
        "suspensions": Suspension.objects.filter(suspends=True).count(),
        "activations": Activation.objects.filter(version=version).count(),
        "drift_reports": reports.count(),
        "drift_findings": sum(bool(findings) for findings in reports.values_list("findings", flat=True)),
        "loans_observed": observed.values("case").distinct().count(),
        "events": AuditEvent.objects.count(),
    }
    return {name: Figure(_count(number), LOG) for name, number in counts.items()}


def _count(number: int) -> Callable[[], str]:
    return lambda: formatting.number(number)
