"""Training of a version: read the tables, train, write the folder, register it, log it to MLflow."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from accounts.models import User
from scoring import services
from scoring.ml.metrics.costs import DEFAULT_COSTS, Costs
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.manifest import Manifest
from scoring.ml.model.manifest_choices import DEFAULT_ACCEPT_LIMIT, AcceptLimit
from scoring.ml.model.manifest_sections import PooledFolder, TuningSection
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import Folder, FolderError, open_folder
from scoring.ml.training import model_writer, pipeline, tracking
from scoring.ml.training.compare import hyperparameter_search
from scoring.ml.training.data import pooling
from scoring.ml.training.data.clients import Clients, TrainingError, gather
from scoring.ml.training.data.pooling import StageData
from scoring.ml.training.fit.hyperparameters import (
    MIN_FEATURES,
    Hyperparameters,
    hyperparameters_for,
)
from scoring.ml.training.model_writer import Provenance
from scoring.ml.training.pipeline import TrainedModel
from scoring.ml.training.report.mlflow_training import training_run
from scoring.ml.training.validate.fair_search import FairSearchRequest
from scoring.models import ModelVersion
from scoring.services.atomic_folder import (
    registration_of,
    remove_unfinished,
    remove_unregistered,
    unfinished_folder,
)
from scoring.services.progress import ProgressReporter


class TrainingFailed(Exception):
    """The training did not end in a registered version; the message says why."""


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """The tables to train on, those of pooled folders that add clients, and the name of the version.

    `tune` is the number of trials of a hyperparameter search, 0 for none; `min_features` the fewest features
    that are considered; `fair` a search for less discriminatory alternatives.
    """

    folder: Path
    name: str
    seed: int = 1
    quick: bool = False
    demo: bool = False
    tune: int = 0
    pool: tuple[Path, ...] = ()
    costs: Costs = DEFAULT_COSTS
    accept_limit: AcceptLimit = DEFAULT_ACCEPT_LIMIT
    min_features: int = MIN_FEATURES
    fair: FairSearchRequest | None = None

    @property
    def target(self) -> Path:
        return Path(settings.ML_ARTIFACTS) / self.name


@dataclass(frozen=True, slots=True)
class _TrainingInput:
    """The clients to train on, the stages of pooled folders, and where both come from."""

    clients: Clients
    stages: tuple[StageData, ...]
    provenance: Provenance


def train(
    request: TrainingRequest,
    *,
    by: User | None,
    progress: ProgressReporter,
    warn: Callable[[str], object],
    on_trained: Callable[[TrainedModel], object] = lambda trained: None,
) -> Manifest:
    """Train, write, register and log one version; returns its manifest.

    `on_trained` gets the result, with the clients and their probabilities, before it is written. Raises
    TrainingFailed; then there is no version of that name, unless the message says otherwise.
    """
    _check_name(request.target)
    remove_unfinished(request.target.parent)
    try:
        inputs = _read(request, progress)
        trained, tuning, trials = _fit(request, inputs, progress)
        on_trained(trained)
        with registration_of(request.target):
            provenance = replace(inputs.provenance, tuning=tuning)
            manifest = _write(request, trained, provenance, progress)
            _register(request, inputs, by)
    except (FolderError, TrainingError) as error:
        raise TrainingFailed(str(error)) from error
    except OSError as error:
        raise TrainingFailed(f"nothing was written: {error.strerror}: {error.filename}") from error
    _log(request.target, manifest, trials, progress, warn)
    return manifest


def _check_name(target: Path) -> None:
    """Check before hours of work that the name is free and that the database is ready."""
    try:
        registered = ModelVersion.objects.filter(name=target.name).exists()
    except DatabaseError as error:
        raise TrainingFailed(f"the database is not ready ({error}): run manage.py migrate") from error
    remove_unregistered(target, is_registered=registered)
    if registered or target.exists():
        raise TrainingFailed(f"{target.name} exists: a version is never overwritten, choose another --name")


def _read(request: TrainingRequest, progress: ProgressReporter) -> _TrainingInput:
    progress.begin(f"Reading {request.folder}")
    checked = check(open_folder(request.folder))
    clients = gather(checked.folder, progress=progress.begin)
    pooled = [_open(path, progress) for path in request.pool]
    stages: tuple[StageData, ...] = ()
    if pooled:
        stages = pooling.pooled_stages(clients, checked.folder, pooled, progress=progress.begin)
    provenance = Provenance(
        name=request.name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        is_demo=request.demo,
        seed=request.seed,
        fingerprint=checked.folder.fingerprint(),
        tables=_tables(checked.folder),
        rejected=sum(checked.rejects.rows().values()),
        pool=tuple(
            PooledFolder(fingerprint=source.fingerprint(), tables=_tables(source)) for source in pooled
        ),
    )
    return _TrainingInput(clients, stages, provenance)


def _open(path: Path, progress: ProgressReporter) -> Folder:
    progress.begin(f"Reading {path}")
    return check(open_folder(path)).folder


def _tables(source: Folder) -> tuple[str, ...]:
    return ("application", *source.history)


def _register(request: TrainingRequest, inputs: _TrainingInput, by: User | None) -> None:
    try:
        version = services.register(name=request.name, by=by)
        services.record_trained_clients(version=version, references=inputs.clients.reference.tolist())
    except (ModelUnavailable, DatabaseError) as error:
        raise TrainingFailed(f"{request.name} is trained but could not be registered: {error}") from error


def _fit(
    request: TrainingRequest, inputs: _TrainingInput, progress: ProgressReporter
) -> tuple[TrainedModel, TuningSection | None, list[tracking.Run]]:
    hyperparameters, tuning, trials = _hyperparameters(request, inputs, progress)
    trained = pipeline.train(
        inputs.clients,
        hyperparameters=hyperparameters,
        seed=request.seed,
        progress=progress.begin,
        costs=request.costs,
        accept_limit=request.accept_limit,
        pooled=inputs.stages,
        fair=request.fair,
    )
    return trained, tuning, trials


def _write(
    request: TrainingRequest,
    trained: TrainedModel,
    provenance: Provenance,
    progress: ProgressReporter,
) -> Manifest:
    progress.begin(f"Writing {request.target}")
    with unfinished_folder(request.target) as unfinished:
        manifest = model_writer.write(unfinished, trained, provenance=provenance)
        unfinished.rename(request.target)
    return manifest


def _hyperparameters(
    request: TrainingRequest, inputs: _TrainingInput, progress: ProgressReporter
) -> tuple[Hyperparameters, TuningSection | None, list[tracking.Run]]:
    by_size = hyperparameters_for(len(inputs.clients), quick=request.quick, pooled=len(inputs.stages) > 1)
    hyperparameters = replace(by_size, min_features=request.min_features)
    if not request.tune:
        return hyperparameters, None, []
    search = hyperparameter_search.search(
        inputs.clients,
        hyperparameters,
        seed=request.seed,
        trials=request.tune,
        store=settings.VAR_DIR / "tuning.sqlite3",
        fingerprint=inputs.provenance.fingerprint,
        progress=progress.begin,
        pooled=inputs.stages,
    )
    return search.hyperparameters, search.record, search.runs


def _log(
    target: Path,
    manifest: Manifest,
    trials: list[tracking.Run],
    progress: ProgressReporter,
    warn: Callable[[str], object],
) -> None:
    progress.begin("Logging")
    run = training_run(target, manifest, seconds=progress.seconds, children=trials)
    try:
        run_id = tracking.log_run(run, tracking_uri=settings.MLFLOW_TRACKING_URI)
    except tracking.NotLogged as error:
        warn(
            f"Not logged to MLflow: parameters, metrics, times, plots, {len(trials)} trials and the "
            f"registered model ({error})"
        )
    else:
        progress.begin(f"MLflow run {run_id}")
