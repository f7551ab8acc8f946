import re
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from scoring import services
from scoring.management.stopwatch import Stopwatch
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import Folder, FolderError, open_folder
from scoring.ml.training import run, tracking, tuning
from scoring.ml.training.clients import TrainingError, gather
from scoring.ml.training.recipe import recipe_for
from scoring.ml.training.training_run import training_run
from scoring.models import ModelVersion

MAX_SEED = 1_000_000


def version_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}", text):
        raise ArgumentTypeError(f"{text!r}: use letters, digits, dots, dashes and underscores")
    return text


def seed_number(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_SEED:
        raise ArgumentTypeError(f"{text!r}: a whole number from 0 to {MAX_SEED:,}")
    return int(text)


class Command(BaseCommand):
    help = "Train a model version on a folder of Home Credit tables; it is registered, not activated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--name", type=version_name, required=True, metavar="V")
        parser.add_argument("--seed", type=seed_number, default=1)
        parser.add_argument("--quick", action="store_true", help="minutes instead of hours")
        parser.add_argument(
            "--tune", type=int, default=0, metavar="N", help="search settings until N trials are known"
        )
        parser.add_argument("--demo", action="store_true", help="label the version as the demo model")

    def handle(self, *, folder: Path, name: str, seed: int, quick: bool, demo: bool, **options: Any) -> None:
        self.watch = Stopwatch(self.stderr.write)
        self.say = self.watch.begin
        self.trials: list[tracking.Run] = []
        target = settings.ML_ARTIFACTS / name
        refuse_known(target)
        try:
            facts = self.build(folder, target, seed=seed, quick=quick, demo=demo, tune=options["tune"])
        except (FolderError, TrainingError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"nothing was written: {error.strerror}: {error.filename}") from error
        self.register(name)
        self.log(target, facts)
        self.stdout.write(summary(facts, target))

    def build(
        self, path: Path, target: Path, *, seed: int, quick: bool, demo: bool, tune: int
    ) -> dict[str, Any]:
        """Everything is written beside the target and renamed at the end: a version is there or it is not."""
        self.say(f"Reading {path}")
        checked = check(open_folder(path))
        clients = gather(checked.folder, say=self.say)
        recipe = recipe_for(len(clients), quick=quick)
        about = {
            "name": target.name,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "is_demo": demo,
            "seed": seed,
            "data": origin(checked.folder, rejected=sum(checked.rejects.rows().values())),
        }
        if tune:
            tuned = tuning.tune(
                clients,
                recipe,
                seed=seed,
                trials=tune,
                store=settings.VAR_DIR / "tuning.sqlite3",
                fingerprint=about["data"]["fingerprint"],
                say=self.say,
            )
            recipe, about["tuning"], self.trials = tuned.recipe, tuned.record, tuned.runs
        trained = run.train(clients, recipe=recipe, seed=seed, say=self.say)
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:
            finished = Path(beside) / target.name
            finished.mkdir()
            facts = run.write(finished, trained, clients, recipe=recipe, about=about)
            finished.rename(target)
        return facts

    def register(self, name: str) -> None:
        try:
            services.register(name=name, by=None)
        except (ModelUnavailable, DatabaseError) as error:
            raise CommandError(f"{name} is trained but could not be registered: {error}") from error

    def log(self, target: Path, facts: Mapping[str, Any]) -> None:
        self.say("Logging")
        whole = training_run(target, facts, seconds=self.watch.seconds, children=self.trials)
        try:
            identity = tracking.log_run(whole, tracking_uri=settings.MLFLOW_TRACKING_URI)
        except tracking.NotLogged as error:
            self.stderr.write(
                f"Not logged to MLflow: parameters, metrics, times, plots, {len(self.trials)} trials and the "
                f"registered model ({error})"
            )
        else:
            self.say(f"MLflow run {identity}")


def refuse_known(target: Path) -> None:
    """Asked before hours of work: is the name free, and is there a database to register it in?"""
    try:
        registered = ModelVersion.objects.filter(name=target.name).exists()
    except DatabaseError as error:
        raise CommandError(f"the database is not ready ({error}): run manage.py migrate") from error
    if registered or target.exists():
        raise CommandError(f"{target.name} exists: a version is never overwritten, choose another --name")


def origin(folder: Folder, *, rejected: int) -> dict[str, Any]:
    return {
        "fingerprint": folder.fingerprint(),
        "tables": ["application", *folder.history],
        "rejected": rejected,
    }


def summary(facts: Mapping[str, Any], target: Path) -> str:
    oof, judged = facts["metrics"]["oof"], facts["metrics"]["holdout"]
    rows = [f"{'':20}{'out of fold':>28}{'hold-out':>28}"]
    rows += [
        f"{name:20}{interval(oof[name]):>28}{interval(judged[name]):>28}"
        for name in oof
        if name != "confusion"
    ]
    return "\n".join(
        [
            *rows,
            f"Threshold {facts['threshold']:.4f} (theory {facts['threshold_theory']:.4f}), "
            f"calibration {facts['calibration']['method']}, {len(facts['features'])} features",
            f"{facts['name']} is in {target}, registered, not active: manage.py activate {facts['name']}",
        ]
    )


def interval(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.4f} ({figure['low']:.4f}-{figure['high']:.4f})"
