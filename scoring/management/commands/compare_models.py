import csv
import json
import os
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from scoring import services
from scoring.management.arguments import positive, seed_number
from scoring.ml.metrics.costs import Costs
from scoring.ml.model import folder as model_folder
from scoring.ml.model import json_codec
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import Folder, FolderError, open_folder
from scoring.ml.training import tracking
from scoring.ml.training.compare import comparison as candidates
from scoring.ml.training.compare.comparison import ComparisonData, ComparisonRow, Entry, Outcome
from scoring.ml.training.data import pooling
from scoring.ml.training.data.clients import Clients, TrainingError, gather
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.fit.hyperparameters import hyperparameters_for
from scoring.ml.training.report.mlflow_comparison import comparison_run
from scoring.models.comparison import StoredCandidate, StoredComparison
from scoring.services.progress import ProgressReporter

QUICK_SAMPLE = 4_000
_COLUMNS = ("auc", "gini", "ks", "accuracy", "recall", "f1", "brier", "ece", "cost")


class Command(BaseCommand):
    help = (
        "Compare candidates on identical folds of the clients that train would learn from: every one at its "
        "own best threshold, paired against the champion. The hold-out stays unseen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--pool",
            type=Path,
            nargs="+",
            default=[],
            metavar="DIR2",
            help="folders whose clients teach what the tables they share with DIR say",
        )
        parser.add_argument("--champion", default="", metavar="V", help="a version instead of train's recipe")
        parser.add_argument("--sample", type=positive, metavar="N", help="only so many clients")
        parser.add_argument("--quick", action="store_true", help=f"{QUICK_SAMPLE:,} clients, smaller models")
        parser.add_argument("--seed", type=seed_number, default=1)
        parser.add_argument(
            "--jobs", type=positive, default=os.cpu_count() or 1, help="candidates side by side"
        )

    def handle(self, *, folder: Path, champion: str, **options: Any) -> None:
        self.progress = ProgressReporter(self.stderr.write)
        try:
            comparison = self.compare(folder, champion, **options)
        except (FolderError, TrainingError, ModelUnavailable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(table(comparison))
        place = write(comparison)
        self.stdout.write(f"Written to {place}.json and {place}.csv; page: /models/compare/")
        try:
            services.save_comparison(comparison)
        except DatabaseError as error:
            raise CommandError(f"the page cannot show it: the database is not ready ({error})") from error

    def compare(
        self,
        path: Path,
        champion: str,
        *,
        pool: Sequence[Path],
        sample: int | None,
        quick: bool,
        seed: int,
        jobs: int,
        **rest: Any,
    ) -> StoredComparison:
        self.progress.begin(f"Reading {path}")
        checked = check(open_folder(path))
        clients = gather(checked.folder, progress=self.progress.begin)
        stages = self.stages(clients, checked.folder, pool)
        hyperparameters = hyperparameters_for(len(clients), quick=quick, pooled=len(stages) > 1)
        sample = sample or (QUICK_SAMPLE if quick else None)
        data = candidates.comparison_data(
            clients, seed=seed, sample=sample, pooled=stages, hyperparameters=hyperparameters
        )
        entered = candidates.entries(clients.names, hyperparameters, pooled=len(data.starts) > 0)
        if champion:
            entered.insert(1, entry_of(champion, clients))
        self.progress.begin(f"{len(entered)} candidates, {len(data.target):,} clients, {jobs} side by side")
        with TemporaryDirectory() as where:
            outcomes = self.outcomes(entered, data, jobs=jobs, folder=Path(where))
            self.progress.begin("Bootstrap intervals, paired against the champion")
            own = entered[1].code if champion else candidates.OURS
            rows = candidates.compare(
                outcomes, data, champion=own, costs=Costs(), resamples=hyperparameters.resamples
            )
            comparison: StoredComparison = {
                "compared_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "folder": path.name,
                "fingerprint": checked.folder.fingerprint(),
                "clients": len(data.target),
                "default_rate": float(data.target.mean()),
                "folds": int(data.fold.max()) + 1,
                "seed": seed,
                "quick": quick,
                "champion": own,
                "costs": {"fn": Costs().fn, "fp": Costs().fp},
                "rows": [json_codec.encode(row) for row in rows],
            }
            comparison["run"] = self.log(comparison, rows, outcomes, data)
        return comparison

    def stages(self, clients: Clients, folder: Folder, pool: Sequence[Path]) -> tuple[StageData, ...]:
        """Return the stages of a pool; none without one."""
        if not pool:
            return ()
        pooled = []
        for path in pool:
            self.progress.begin(f"Reading {path}")
            pooled.append(check(open_folder(path)).folder)
        return pooling.pooled_stages(clients, folder, pooled, progress=self.progress.begin)

    def outcomes(
        self, entered: Sequence[Entry], data: ComparisonData, *, jobs: int, folder: Path
    ) -> list[Outcome]:
        done: list[Outcome] = []
        for outcome in candidates.run_all(entered, data, jobs=jobs, folder=folder):
            done.append(outcome)
            how = outcome.failure or f"{outcome.fit_seconds:.0f} s of learning, {outcome.memory:,.0f} MB"
            self.progress.begin(f"{outcome.entry.label}: {how}")
        return done

    def log(
        self,
        comparison: StoredComparison,
        rows: Sequence[ComparisonRow],
        outcomes: Sequence[Outcome],
        data: ComparisonData,
    ) -> str | None:
        self.progress.begin("Logging")
        run = comparison_run(comparison, rows, outcomes, data)
        try:
            return tracking.log_run(run, tracking_uri=settings.MLFLOW_TRACKING_URI)
        except tracking.NotLogged as error:
            self.stderr.write(
                f"Not logged to MLflow: the comparison, its {len(run.children)} candidates and their "
                f"pipelines ({error})"
            )
            return None


def entry_of(version: str, clients: Clients) -> Entry:
    """The champion as a candidate. Raises ModelUnavailable, or TrainingError without its features."""
    model = model_folder.load(settings.ML_ARTIFACTS / version)
    entry = candidates.version_entry(model.manifest)
    if absent := sorted(set(entry.names) - set(clients.names)):
        raise TrainingError(
            f"{version} uses {len(absent)} features that say nothing in this folder, {absent[0]} first"
        )
    return entry


def table(comparison: StoredComparison) -> str:
    head = f"{'':24}" + "".join(f"{name:>10}" for name in _COLUMNS)
    head += f"{'at 1/11':>10}{'threshold':>11}{'s':>8}{'MB':>8}   AUC against the champion (95 %)"
    lines = [line(row) for row in comparison["rows"]]
    about = (
        f"{comparison['clients']:,} clients of {comparison['folder']}, "
        f"{comparison['default_rate']:.2%} defaults, "
        f"{comparison['folds']} folds, out of fold; cost (10 FN + FP)/N at the candidate's own threshold"
    )
    return "\n".join([about, head, *lines])


def line(row: StoredCandidate) -> str:
    if row["failure"] or not row["metrics"]:
        return f"{row['label'][:23]:24}failed: {row['failure']}"
    figures = "".join(f"{row['metrics'][name]['value']:10.4f}" for name in _COLUMNS)
    figures += (
        f"{row['cost_theory']:10.4f}{row['threshold']:11.4f}{row['seconds']:8.1f}{row['memory_mb']:8.0f}"
    )
    against = "the champion"
    if row["against"]:
        auc = row["against"]["auc"]
        against = f"{auc['value']:+.4f} ({auc['low']:+.4f} to {auc['high']:+.4f})"
    return f"{row['label'][:23]:24}{figures}   {against}"


def write(comparison: StoredComparison) -> Path:
    """The comparison as JSON and CSV under var/comparisons; returns their common name."""
    stamp = comparison["compared_at"].replace(":", "").replace("+0000", "Z")
    place: Path = settings.VAR_DIR / "comparisons" / f"{comparison['folder']}-{stamp}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_name(f"{place.name}.json").write_text(json.dumps(comparison, indent=1), encoding="utf-8")
    with place.with_name(f"{place.name}.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["candidate", *_COLUMNS, "cost_theory", "threshold", "seconds", "memory_mb", "failure"])
        for row in comparison["rows"]:
            figures = [row["metrics"][name]["value"] if row["metrics"] else "" for name in _COLUMNS]
            rest = [row.get(name, "") for name in ("cost_theory", "threshold", "seconds", "memory_mb")]
            rows.writerow([row["code"], *figures, *rest, row["failure"]])
    return place
