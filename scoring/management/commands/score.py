import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from scoring import engine, policies
from scoring.ml.features import frames
from scoring.ml.model import folder as model_folder
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds, missing_inputs, verdicts
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import ENGINES, Folder, FolderError, open_folder
from scoring.models import Policy

IN_FORCE, NO_POLICY = "in force", "none"
HEADER = ("SK_ID_CURR", "probability", "verdict", "model_version")
Line = tuple[int, str, str, str]


class Command(BaseCommand):
    help = "Score every application of a folder into a CSV file; the database is not written to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--model", metavar="V", help="a folder in ml_artifacts; default: the active version"
        )
        parser.add_argument(
            "--policy",
            metavar="N",
            default=IN_FORCE,
            help="the number of a published policy, or `none` for the threshold of the model version; "
            "default: the policy in force",
        )
        parser.add_argument("--engine", choices=ENGINES, default="duckdb")

    def handle(self, *, folder: Path, out: Path, model: str | None, policy: str, **options: Any) -> None:
        try:
            loaded = model_folder.load(settings.ML_ARTIFACTS / model) if model else engine.current()
            thresholds = policies.thresholds_of(loaded, policy_named(policy))
            checked = check(open_folder(folder, engine=options["engine"]))
            written = write(out, rows(checked.folder, loaded, thresholds))
        except (FolderError, ModelUnavailable) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{out} was not written: {error.strerror}") from error
        rejected = sum(checked.rejects.rows().values())
        self.stderr.write(
            f"{written:,} applications scored with {loaded.version}, {rejected:,} rows rejected"
        )


def policy_named(name: str) -> Policy | None:
    """The policy of a number, or the one in force; None for the threshold of the model version.

    A folder can be scored without a desk: in a database without tables no policy has been published.
    """
    if name == NO_POLICY or Policy._meta.db_table not in connection.introspection.table_names():
        return None
    if name == IN_FORCE:
        return policies.in_force()
    policy = Policy.objects.published().filter(version=name).first() if name.isdecimal() else None
    if policy is None:
        raise CommandError(f"there is no published policy {name}")
    return policy


def rows(folder: Folder, model: Model, thresholds: Thresholds) -> Iterator[Line]:
    """Yield a line per application; the probability reads back as the very same double."""
    for batch in frames.profiles(folder):
        probability = model.score(model.matrix(batch.columns)).probability
        recommended = verdicts(probability, thresholds, missing_inputs(batch.columns))
        lines = zip(batch.reference.tolist(), probability.tolist(), recommended, strict=True)
        for reference, value, verdict in lines:
            yield reference, repr(value), verdict.value, model.version


def write(out: Path, lines: Iterable[Line]) -> int:
    """Write beside the file and rename at the end, so that it is whole or not there; return the lines."""
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as beside:
        unfinished = Path(beside) / out.name
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            written = 0
            for line in lines:
                writer.writerow(line)
                written += 1
        unfinished.replace(out)
    return written
