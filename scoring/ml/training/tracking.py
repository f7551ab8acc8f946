"""MLflow runs: parameters, metrics, files and models. One function logs them all."""

import json
import logging
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = REGISTERED = "creditdesk"
CHAMPION, CHALLENGER = "champion", "challenger"
_SQLITE = "sqlite:///"
_PATIENCE_SECONDS = 5
Result = TypeVar("Result")
# MLflow's own format refuses estimators that it does not support; nothing but a notebook ever loads these.
_FLAVOURS: Mapping[str, Mapping[str, str]] = {
    "lightgbm": {},
    "sklearn": {"serialization_format": "cloudpickle", "pyfunc_predict_fn": "predict_proba"},
}
# MLflow refuses longer ones.
_MAX_VALUE_LENGTH = 6_000


class NotLogged(Exception):
    """The tracking store could not take it; the message says why. What was trained is unharmed."""


@dataclass(frozen=True, slots=True)
class LoggedModel:
    """A model for MLflow: `flavour` is the name of its module in mlflow ("lightgbm", "sklearn")."""

    flavour: str
    model: Any
    names: Sequence[str]
    example: NDArray[np.float64]
    predicted: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `files` maps a file or folder to its place among the artefacts; `texts` a place to a text.

    `figures` gives Matplotlib figures, drawn when they are needed; `children` are nested runs.
    """

    name: str
    params: Mapping[str, object] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    figures: Callable[[], Iterable[tuple[str, Any]]] = tuple
    model: LoggedModel | None = None
    registered_as: str = ""
    children: Sequence["Run"] = ()


def log_run(run: Run, *, tracking_uri: str) -> str:
    """Log a run and its children, return its id; a `registered_as` model becomes a version, the challenger.

    `tracking_uri` is MLflow's; artefacts of a SQLite store lie beside its file. Raises NotLogged.
    """
    return _with_store(tracking_uri, lambda: _log(run, _experiment(tracking_uri)))


def name_champion(version: str, *, tracking_uri: str) -> bool:
    """Give the alias of the champion to the registered model of that version; False where there is none.

    Raises NotLogged.
    """
    if tracking_uri.startswith(_SQLITE) and not Path(tracking_uri.removeprefix(_SQLITE)).exists():
        return False
    return _with_store(tracking_uri, lambda: _name_champion(version))


def _with_store(tracking_uri: str, act: Callable[[], Result]) -> Result:
    # A bank's training does not report to anybody.
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
    if tracking_uri.startswith(_SQLITE):
        _check_sqlite(Path(tracking_uri.removeprefix(_SQLITE)))
    import mlflow
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_registry_uri(tracking_uri)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return act()
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise NotLogged(str(error).splitlines()[0]) from error


def _check_sqlite(file: Path) -> None:
    """Fail within seconds: MLflow would retry a store that it cannot write for minutes."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file, timeout=_PATIENCE_SECONDS, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise NotLogged(f"{file}: {error}") from error


def _experiment(tracking_uri: str) -> str:
    import mlflow

    if experiment := mlflow.get_experiment_by_name(EXPERIMENT):
        return str(experiment.experiment_id)
    artefacts = None
    if tracking_uri.startswith(_SQLITE):
        artefacts = (Path(tracking_uri.removeprefix(_SQLITE)).resolve().parent / "mlflow-artifacts").as_uri()
    return str(mlflow.create_experiment(EXPERIMENT, artifact_location=artefacts))


def _log(run: Run, experiment: str, *, nested: bool = False) -> str:
    import mlflow

    with mlflow.start_run(experiment_id=experiment, run_name=run.name, nested=nested) as started:
        mlflow.log_params({name: str(value)[:_MAX_VALUE_LENGTH] for name, value in run.params.items()})
        mlflow.log_metrics({name: float(value) for name, value in run.metrics.items()})
        mlflow.set_tags(dict(run.tags))
        for place, text in run.texts.items():
            mlflow.log_text(text, place)
        for file, place in run.files.items():
            (mlflow.log_artifacts if file.is_dir() else mlflow.log_artifact)(str(file), place or None)
        for place, figure in run.figures():
            mlflow.log_figure(figure, place)
        if run.model:
            _log_model(run.model, run)
        for child in run.children:
            _log(child, experiment, nested=True)
    return str(started.info.run_id)


def _log_model(logged: LoggedModel, run: Run) -> None:
    import importlib

    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.models import infer_signature

    example = pd.DataFrame(logged.example, columns=list(logged.names))
    flavour = importlib.import_module(f"mlflow.{logged.flavour}")
    model_info = flavour.log_model(
        logged.model,
        name="model",
        signature=infer_signature(example, logged.predicted),
        input_example=example,
        # Written down, not guessed: guessing starts another Python and takes half a minute.
        pip_requirements=requirements(logged.flavour),
        registered_model_name=run.registered_as or None,
        **_FLAVOURS[logged.flavour],
    )
    if run.registered_as:
        client = MlflowClient()
        version = model_info.registered_model_version
        client.set_model_version_tag(run.registered_as, version, "version", run.name)
        client.set_registered_model_alias(run.registered_as, CHALLENGER, version)


def requirements(flavour: str) -> list[str]:
    from importlib.metadata import version

    package = {"sklearn": "scikit-learn"}.get(flavour, flavour)
    return [f"{name}=={version(name)}" for name in (package, "numpy", "pandas")]


def _name_champion(version: str) -> bool:
    from mlflow import MlflowClient

    client = MlflowClient()
    registered = [
        candidate
        for candidate in client.search_model_versions(f"name = '{REGISTERED}'")
        if candidate.tags.get("version") == version
    ]
    if not registered:
        return False
    newest = max(registered, key=lambda candidate: int(candidate.version))
    client.set_registered_model_alias(REGISTERED, CHAMPION, newest.version)
    if str(newest.version) == _aliased_version(client, CHALLENGER):
        client.delete_registered_model_alias(REGISTERED, CHALLENGER)
    return True


def _aliased_version(client: "MlflowClient", alias: str) -> str | None:
    version = client.get_registered_model(REGISTERED).aliases.get(alias)
    return None if version is None else str(version)


def flat(figures: Mapping[str, object], prefix: str = "") -> dict[str, float]:
    """Flatten nested figures: {"auc": {"value": 0.7, "low": 0.6}} becomes {"auc": 0.7, "auc_low": 0.6}."""
    metrics: dict[str, float] = {}
    for name, figure in figures.items():
        if isinstance(figure, Mapping):
            metrics |= flat(figure, f"{prefix}{name}_")
        elif isinstance(figure, int | float):
            metrics[f"{prefix}{name}".removesuffix("_value")] = figure
    return metrics


def as_text(content: object) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
