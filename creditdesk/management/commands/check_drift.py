from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from creditdesk.monitoring.recent_sample import recent
from scoring import engine, policies
from scoring.ml.features import frames
from scoring.ml.metrics.costs import Costs
from scoring.ml.model import folder as model_folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.monitoring import evidently_report
from scoring.ml.monitoring.comparison import compare
from scoring.ml.monitoring.conclusion import Finding, findings
from scoring.ml.monitoring.drift_numbers import DriftNumbers
from scoring.ml.monitoring.sample import Sample
from scoring.ml.monitoring.sample_sources import of_folder, reference_of
from scoring.ml.tables.folder import FolderError
from scoring.models import DriftReport
from scoring.presentation.drift_labels import limit_in_words
from scoring.services.alerts import alert
from scoring.services.drift import DriftSamples, limits, save_drift_report
from scoring.services.engines import DUCKDB, ENGINES, checked_folder

SHOWN = 15
DAYS = 90
MIN_CLIENTS = 30


class Command(BaseCommand):
    help = (
        "Look for drift: recent assessments against the reference of the model in use, or one folder of "
        "tables against another. Stores a report for the drift page; exit 1 when a limit is passed."
    )
    # Nightly and unattended: what it needs of the pages is the address of a report alone.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        in_force = ",".join(f"{name}={value:g}" for name, value in asdict(limits()).items())
        parser.epilog = f"Limits in force (DRIFT_LIMITS): {in_force}"
        parser.add_argument("--current", type=Path, metavar="DIR", help="default: recent assessments")
        parser.add_argument(
            "--reference", type=Path, metavar="DIR", help="default: the model's own reference"
        )
        parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"default: {DAYS}")
        parser.add_argument("--model", metavar="V", help="a folder in ml_artifacts; default: the one in use")
        parser.add_argument("--engine", choices=ENGINES, default=DUCKDB, help="what reads the folders")
        parser.add_argument("--without-evidently", action="store_true", help="PSI and performance alone")

    def handle(self, *, current: Path | None, reference: Path | None, **options: Any) -> None:
        self.engine = options["engine"]
        try:
            compared, sides = self.sides(options["model"], current, reference, options["days"])
        except (FolderError, ModelUnavailable) as error:
            raise CommandError(str(error)) from error
        if min(map(len, sides)) < MIN_CLIENTS:
            raise CommandError(
                f"{compared.reference}: {len(sides[0])} clients, {compared.current}: {len(sides[1])}; "
                f"at least {MIN_CLIENTS} of each are needed."
            )
        report = self.report(compared, sides, with_evidently=not options["without_evidently"])
        self.conclude(report)

    def sides(
        self, name: str | None, current: Path | None, reference: Path | None, days: int
    ) -> tuple[DriftSamples, tuple[Sample, Sample]]:
        if current and reference:
            model = model_if_any(name)
            before, now = (self.read(path, model, raw=True) for path in (reference, current))
        else:
            model = model_of(name)
            before = self.read(reference, model) if reference else reference_sample(model)
            now = self.read(current, model) if current else recent_sample(model, days)
        compared = DriftSamples(
            source=DriftReport.Source.FOLDER if current else DriftReport.Source.DESK,
            reference=before[0],
            current=now[0],
            reference_rows=len(before[1]),
            current_rows=len(now[1]),
            model=model,
        )
        return compared, (before[1], now[1])

    def read(self, path: Path, model: Model | None, *, raw: bool = False) -> tuple[str, Sample]:
        self.stderr.write(f"Reading {path}")
        return path.name, of_folder(checked_folder(path, engine=self.engine).folder, model, raw=raw)

    def report(
        self, compared: DriftSamples, sides: tuple[Sample, Sample], *, with_evidently: bool
    ) -> DriftReport:
        model = compared.model
        policy = policies.in_force()
        costs = policies.costs_of(model, policy) if model else Costs(fn=10, fp=1)
        threshold = policies.thresholds_of(model, policy).refuse_from if model else None
        numbers = compare(*sides, threshold=threshold, costs=costs)
        page = self.evidently(sides, numbers) if with_evidently else ""
        passed = findings(numbers, limits())
        libraries = {"numpy": version("numpy")} | ({"evidently": version("evidently")} if page else {})
        return save_drift_report(
            samples=compared, numbers=numbers, findings=passed, libraries=libraries, page=page
        )

    def evidently(self, sides: tuple[Sample, Sample], numbers: DriftNumbers) -> str:
        """Add Evidently's figures to the numbers; return its page, empty where it is not installed."""
        self.stderr.write("Asking Evidently")
        both = [name for name in frames.APPLICATION if all(name in side.columns for side in sides)]
        try:
            evaluation = evidently_report.evaluate(*sides, both, moved_share=limits().moved_share)
        except ImportError as error:
            self.stderr.write(f"Evidently is not installed here ({error}): PSI and performance alone")
            return ""
        numbers["evidently"] = evaluation.numbers
        return evaluation.page

    def conclude(self, report: DriftReport) -> None:
        self.stdout.write(summary(report))
        if not report.drifted:
            self.stdout.write("No drift: every limit is kept.")
            return
        for sent in alert(report):
            ways = (
                ", ".join(f"{w['way']} {w['error'] or 'sent'}" for w in sent.ways) or "nobody is configured"
            )
            self.stderr.write(f"Alert on {sent.limit}: {ways}")
        raise CommandError(
            "Drift: " + "; ".join(finding_text(Finding(**finding)) for finding in report.findings) + "."
        )


def model_of(name: str | None) -> Model:
    """The named version, else the one in use."""
    return model_folder.load(settings.ML_ARTIFACTS / name) if name else engine.in_use()


def model_if_any(name: str | None) -> Model | None:
    """Like `model_of`, but None where no version is named and none is in use: two folders need none."""
    try:
        return model_of(name)
    except ModelUnavailable:
        if name:
            raise
        return None


def reference_sample(model: Model) -> tuple[str, Sample]:
    return f"reference of {model.version}", reference_of(model, settings.ML_ARTIFACTS / model.version)


def recent_sample(model: Model, days: int) -> tuple[str, Sample]:
    return f"assessments of the last {days} days", recent(model, days=days)


def summary(report: DriftReport) -> str:
    numbers = report.numbers
    head = (
        f"{report.current} ({report.current_rows:,}) against {report.reference} ({report.reference_rows:,})"
    )
    rows = [f"{'column':40}{'PSI':>8}{'missing':>18}"]
    if numbers["score"]:
        rows.append(f"{'probability of default':40}{numbers['score']['psi']:8.3f}")
    rows += [
        f"{column['name']:40}{column['psi']:8.3f}{missing_shares(column['missing']):>18}"
        for column in numbers["columns"][:SHOWN]
    ]
    if evaluation := numbers.get("evidently"):
        drifted = [name for name, column in evaluation["columns"].items() if column["drifted"]]
        rows.append(
            f"Evidently: {evaluation['drifted']} of {len(evaluation['columns'])} columns drifted "
            f"({evaluation['share']:.1%}){': ' if drifted else ''}{', '.join(drifted)}"
        )
    for kind in ("estimated", "realised"):
        if now := numbers.get(f"{kind}_current"):
            rows.append(f"{kind} performance: AUC {interval(now['auc'])}, cost {interval(now['cost'])}")
    return "\n".join([head, *rows])


def missing_shares(missing: Mapping[str, float]) -> str:
    return f"{missing['reference']:.1%} -> {missing['current']:.1%}"


def interval(figure: Mapping[str, float | None]) -> str:
    if figure["value"] is None:
        return "unknown"
    return "{value:.4f} ({low:.4f}-{high:.4f})".format_map(figure)


def finding_text(finding: Finding) -> str:
    columns = f" ({', '.join(finding.columns[:SHOWN])})" if finding.columns else ""
    return f"{limit_in_words(finding.limit)} {finding.value:.3f} above {finding.threshold:g}{columns}"
