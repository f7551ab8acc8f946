"""Drift reports: limits, storage, and Evidently's page beside them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from scoring.ml.model.model import Model
from scoring.ml.monitoring.conclusion import Finding, Limits
from scoring.ml.monitoring.drift_numbers import DriftNumbers
from scoring.models import DriftReport


@dataclass(frozen=True, slots=True)
class DriftSamples:
    """The two samples of a report by name and size, and the model that scored them."""

    source: str
    reference: str
    current: str
    reference_rows: int
    current_rows: int
    model: Model | None


def limits() -> Limits:
    """Return the drift limits of this installation."""
    return Limits(**settings.DRIFT_LIMITS)


def save_drift_report(
    *,
    samples: DriftSamples,
    numbers: DriftNumbers,
    findings: Sequence[Finding],
    libraries: Mapping[str, str],
    page: str = "",
) -> DriftReport:
    """Store a report, and Evidently's page beside it where there is one."""
    name, digest = _write(page) if page else ("", "")
    model = samples.model
    with transaction.atomic():
        report = DriftReport.objects.create(
            source=samples.source,
            reference=samples.reference,
            current=samples.current,
            reference_rows=samples.reference_rows,
            current_rows=samples.current_rows,
            model_version=model.version if model else "",
            model_digest=model.digest if model else "",
            numbers=dict(numbers),
            limits=asdict(limits()),
            findings=[finding.stored() for finding in findings],
            libraries=dict(libraries),
            page=name,
            page_digest=digest,
        )
        details = {"report": report.pk, "limits_passed": [finding.limit for finding in findings]}
        audit.record(action=Action.DRIFT_CHECK, actor=None, target=report.model_version, details=details)
    return report


def page_of(report: DriftReport) -> bytes | None:
    """Return Evidently's page of a report; None without one, or when it was altered."""
    path = Path(settings.DRIFT_REPORTS) / report.page
    if not report.page or not path.is_file():
        return None
    content = path.read_bytes()
    return content if hashlib.sha256(content).hexdigest() == report.page_digest else None


def _write(page: str) -> tuple[str, str]:
    content = page.encode()
    folder = Path(settings.DRIFT_REPORTS)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{uuid4().hex}.html"
    (folder / name).write_bytes(content)
    return name, hashlib.sha256(content).hexdigest()
