"""A training as a bank orders it: read, train, write, register, log. The train command and others call it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from accounts.models import User
from scoring import services
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.tables.checks import Checked, check
from scoring.ml.tables.folder import Folder, FolderError, open_folder
from scoring.ml.training import pipeline, tracking
from scoring.ml.training.compare import hyperparameter_search
from scoring.ml.training.data import pooling
from scoring.ml.training.data.clients import Clients, TrainingError, gather
from scoring.ml.training.data.pooling import Step
from scoring.ml.training.fit.hyperparameters import Recipe, recipe_for
from scoring.ml.training.report.mlflow_training import training_run
from scoring.models import ModelVersion
from scoring.services.progress import ProgressReporter

_UNFINISHED = "unfinished"


class TrainingFailed(Exception):
    """The training did not end in a registered version; the message says why."""


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What to train: the tables in `folder`, with what those in `pool` add, as the version `name`."""

    folder: Path
    name: str
    seed: int = 1
    quick: bool = False
    demo: bool = False
    tune: int = 0
    pool: tuple[Path, ...] = ()
    costs: Costs = DEFAULT_COSTS

    @property
    def target(self) -> Path:
        return Path(settings.ML_ARTIFACTS) / self.name


@dataclass(frozen=True, slots=True)
class _Material:
    """What a training learns from, and what is recorded of it."""

    clients: Clients
    steps: tuple[Step, ...]
    about: dict[str, Any]


def train(
    request: TrainingRequest,
    *,
    by: User | None,
    progress: ProgressReporter,
    warn: Callable[[str], object],
    on_trained: Callable[[pipeline.Trained], object] = lambda trained: None,
) -> dict[str, Any]:
    """Train, write, register and log one version; returns the facts of its model.json.

    `on_trained` is told what came out, with the clients and their probabilities, before it is written. Raises
    TrainingFailed; then no version of that name is there, unless the message says that it is.
    """
    _refuse_known(request.target)
    _sweep(request.target.parent)
    try:
        material = _read(request, progress)
        facts, trials = _build(request, material, progress, on_trained)
    except (FolderError, TrainingError) as error:
        raise TrainingFailed(str(error)) from error
    except OSError as error:
        raise TrainingFailed(f"nothing was written: {error.strerror}: {error.filename}") from error
    try:
        version = services.register(name=request.name, by=by)
        services.remember_clients(version=version, references=material.clients.reference.tolist())
    except (ModelUnavailable, DatabaseError) as error:
        raise TrainingFailed(f"{request.name} is trained but could not be registered: {error}") from error
    _log(request.target, facts, trials, progress, warn)
    return facts


def _refuse_known(target: Path) -> None:
    """Asked before hours of work: is the name free, and is there a database to register it in?"""
    try:
        registered = ModelVersion.objects.filter(name=target.name).exists()
    except DatabaseError as error:
        raise TrainingFailed(f"the database is not ready ({error}): run manage.py migrate") from error
    if registered or target.exists():
        raise TrainingFailed(f"{target.name} exists: a version is never overwritten, choose another --name")


def _read(request: TrainingRequest, progress: ProgressReporter) -> _Material:
    progress.begin(f"Reading {request.folder}")
    checked = check(open_folder(request.folder))
    clients = gather(checked.folder, say=progress.begin)
    pooled = [_opened(path, progress) for path in request.pool]
    steps = pooling.steps(clients, checked.folder, pooled, say=progress.begin) if pooled else ()
    about = {
        "name": request.name,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "is_demo": request.demo,
        "seed": request.seed,
        "data": {**_origin(checked), "pool": [_said(folder) for folder in pooled]},
    }
    return _Material(clients, steps, about)


def _opened(path: Path, progress: ProgressReporter) -> Folder:
    progress.begin(f"Reading {path}")
    return check(open_folder(path)).folder


def _origin(checked: Checked) -> dict[str, Any]:
    return {**_said(checked.folder), "rejected": sum(checked.rejects.rows().values())}


def _said(folder: Folder) -> dict[str, Any]:
    return {"fingerprint": folder.fingerprint(), "tables": ["application", *folder.history]}


def _build(
    request: TrainingRequest,
    material: _Material,
    progress: ProgressReporter,
    on_trained: Callable[[pipeline.Trained], object],
) -> tuple[dict[str, Any], list[tracking.Run]]:
    recipe, about, trials = _recipe(request, material, progress)
    trained = pipeline.train(
        material.clients,
        recipe=recipe,
        seed=request.seed,
        say=progress.begin,
        costs=request.costs,
        steps=material.steps,
    )
    on_trained(trained)
    progress.begin(f"Writing {request.target}")
    with _beside(request.target) as unfinished:
        facts = pipeline.write(unfinished, trained, recipe=recipe, about=about)
        unfinished.rename(request.target)
    return facts, trials


def _recipe(
    request: TrainingRequest, material: _Material, progress: ProgressReporter
) -> tuple[Recipe, dict[str, Any], list[tracking.Run]]:
    recipe = recipe_for(len(material.clients), quick=request.quick, pooled=len(material.steps) > 1)
    if not request.tune:
        return recipe, material.about, []
    tuned = hyperparameter_search.tune(
        material.clients,
        recipe,
        seed=request.seed,
        trials=request.tune,
        store=settings.VAR_DIR / "tuning.sqlite3",
        fingerprint=material.about["data"]["fingerprint"],
        say=progress.begin,
    )
    return tuned.recipe, {**material.about, "tuning": tuned.record}, tuned.runs


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """An empty folder beside the target, to be renamed when it is whole: a version is there or it is not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.{_UNFINISHED}."
    with _alone(target.parent), TemporaryDirectory(dir=target.parent, prefix=prefix) as beside:
        unfinished = Path(beside) / target.name
        unfinished.mkdir()
        yield unfinished


@contextmanager
def _alone(place: Path, *, wait: bool = True) -> Iterator[None]:
    """One training writes at a time. Raises BlockingIOError when another one does and nobody waits."""
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _sweep(place: Path) -> None:
    """What is unfinished while nobody writes was left by a training that was killed."""
    with suppress(FileNotFoundError, BlockingIOError), _alone(place, wait=False):
        for left in place.glob(f".*.{_UNFINISHED}.*"):
            shutil.rmtree(left, ignore_errors=True)


def _log(
    target: Path,
    facts: Mapping[str, Any],
    trials: list[tracking.Run],
    progress: ProgressReporter,
    warn: Callable[[str], object],
) -> None:
    progress.begin("Logging")
    whole = training_run(target, facts, seconds=progress.seconds, children=trials)
    try:
        identity = tracking.log_run(whole, tracking_uri=settings.MLFLOW_TRACKING_URI)
    except tracking.NotLogged as error:
        warn(
            f"Not logged to MLflow: parameters, metrics, times, plots, {len(trials)} trials and the "
            f"registered model ({error})"
        )
    else:
        progress.begin(f"MLflow run {identity}")
