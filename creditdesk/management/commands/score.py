import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from creditdesk.services.night_run import RunCounts, score_into
from scoring import engine, policies
from scoring.ml.features import frames
from scoring.ml.model import folder as model_folder
from scoring.ml.model.batch import score_batch
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.ml.tables.checks import CheckedFolder
from scoring.ml.tables.folder import Folder, FolderError
from scoring.models import Policy
from scoring.services.engines import DUCKDB, ENGINES, checked_folder, folder_on_spark

IN_FORCE, NO_POLICY = "in force", "none"
HEADER = ("SK_ID_CURR", "probability", "verdict", "model_version")
Line = tuple[int, str, str, str]


class Command(BaseCommand):
    help = (
        "Score every application of a folder: into a CSV file, or, where --out names no .csv, into a folder "
        "of Parquet files with contributions and reasons. The database is not written to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="FILE.csv, or a folder")
        parser.add_argument(
            "--model", metavar="V", help="a folder in ml_artifacts; default: the active version"
        )
        parser.add_argument(
            "--policy",
            metavar="N",
            default=IN_FORCE,
            help="the number of a published policy, or `none` for the threshold of the model version; "
            "default: the policy in force. Its rule of affordability is not applied: a folder has no charges",
        )
        parser.add_argument("--engine", choices=ENGINES, default=DUCKDB)
        parser.add_argument("--progress", action="store_true", help="show it though this is no terminal")

    def handle(self, *, folder: Path, out: Path, model: str | None, policy: str, **options: Any) -> None:
        try:
            loaded = model_named(model)
            thresholds = policies.thresholds_of(loaded, policy_named(policy))
            if options["engine"] == DUCKDB:
                self.score(checked_folder(folder), out, loaded, thresholds, show=options["progress"])
            else:
                self.score_on_spark(folder, out, loaded, thresholds)
        except (FolderError, ModelUnavailable) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{out} was not written: {error.strerror or error}") from error

    def score(
        self, checked: CheckedFolder, out: Path, model: Model, thresholds: Thresholds, *, show: bool
    ) -> None:
        if is_file(out):
            written = write(out, lines(checked.folder, model, thresholds))
            self.report(written, model, checked)
            return
        counts = RunCounts()
        clients = checked.folder.clients()
        hidden = not (show or sys.stderr.isatty())
        with tqdm(total=clients, unit=" clients", file=sys.stderr, disable=hidden) as progress:
            for counts in score_into(out, checked.folder, model, thresholds):
                progress.update(counts.clients - progress.n)
        self.report(counts.clients, model, checked)
        self.stderr.write(
            f"{counts.computed:,} computed, {counts.taken:,} unchanged since an earlier run,"
            f" {counts.stored:,} stored in files of this run"
        )

    def score_on_spark(self, folder: Path, out: Path, model: Model, thresholds: Thresholds) -> None:
        from scoring.ml.spark.scoring import scored, write_in_order, write_scores

        path = settings.ML_ARTIFACTS / model.version
        with TemporaryDirectory(prefix="creditdesk-scores-", dir=settings.SPARK_WORKSPACE or None) as beside:
            with folder_on_spark(folder) as opened:
                target = Path(beside) / "scores" if is_file(out) else out
                explained = not is_file(out)
                scores = scored(opened.profiles, path, thresholds, digest=model.digest, explained=explained)
                if is_file(out):
                    write_in_order(scores, target, Path(beside) / "unordered")
                else:
                    write_scores(scores, target)
            files = sorted(target.glob("part-*.parquet"))
            if is_file(out):
                write(out, stored_lines(files))
            self.report(sum(pq.read_metadata(file).num_rows for file in files), model, opened.checked)

    def report(self, written: int, model: Model, checked: CheckedFolder) -> None:
        rejected = sum(checked.rejects.rows().values())
        self.stderr.write(f"{written:,} applications scored with {model.version}, {rejected:,} rows rejected")


def model_named(name: str | None) -> Model:
    """The model of a folder in `ml_artifacts`, or the active one. Raises ModelUnavailable."""
    if name:
        return model_folder.load(settings.ML_ARTIFACTS / name)
    if not has_tables():
        raise CommandError(
            "This database has no tables yet: run `manage.py migrate`, or name a folder of ml_artifacts with"
            " --model."
        )
    return engine.current()


def has_tables() -> bool:
    return Policy._meta.db_table in connection.introspection.table_names()


def policy_named(name: str) -> Policy | None:
    """The policy of a number, or the one in force; None for the threshold of the model version.

    A folder can be scored without a desk: in a database without tables no policy has been published.
    """
    if name == NO_POLICY or not has_tables():
        return None
    if name == IN_FORCE:
        return policies.in_force()
    policy = Policy.objects.published().filter(version=name).first() if name.isdecimal() else None
    if policy is None:
        raise CommandError(f"there is no published policy {name}")
    return policy


def is_file(out: Path) -> bool:
    return out.suffix.lower() == ".csv" or out.is_file()


def lines(folder: Folder, model: Model, thresholds: Thresholds) -> Iterator[Line]:
    """Yield a line per application; the probability reads back as the very same double."""
    for batch in frames.profiles(folder):
        scored = score_batch(model, thresholds, batch)
        for reference, probability, verdict in zip(
            scored.reference.tolist(), scored.probability.tolist(), scored.verdicts, strict=True
        ):
            yield reference, repr(probability), verdict.value, model.version


def stored_lines(files: Iterable[Path]) -> Iterator[Line]:
    """Yield the same lines from files that Spark wrote, one after the other by reference."""
    for file in files:
        for row in pq.ParquetFile(file).iter_batches(columns=list(HEADER)):
            for reference, probability, verdict, version in zip(
                *(column.to_pylist() for column in row.columns), strict=True
            ):
                yield reference, repr(probability), verdict, version


def write(out: Path, rows: Iterable[Line]) -> int:
    """Write beside the file and rename at the end, so that it is whole or not there; return the lines."""
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
        unfinished = Path(beside) / out.name
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            written = 0
            for line in rows:
                writer.writerow(line)
                written += 1
        unfinished.replace(out)
    return written
