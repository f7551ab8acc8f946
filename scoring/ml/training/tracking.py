"""The MLflow run of a training: what was tried, how it did, and the folder that came out."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

EXPERIMENT = REGISTERED = "creditdesk"
_SQLITE = "sqlite:///"
_PATIENCE_SECONDS = 5


class NotLogged(Exception):
    """The tracking store could not take the run; the message says why. The trained folder is unharmed."""


def log_run(folder: Path, facts: Mapping[str, Any], *, tracking_uri: str) -> str:
    """Log parameters, metrics and the folder, register the version (inactive), and return the run's id.

    `tracking_uri` is MLflow's; artefacts of a SQLite store lie beside its file. Raises NotLogged.
    """
    # A bank's training does not report to anybody.
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
    if tracking_uri.startswith(_SQLITE):
        _check_sqlite(Path(tracking_uri.removeprefix(_SQLITE)))
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return _log(folder, facts, tracking_uri)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise NotLogged(str(error).splitlines()[0]) from error


def _check_sqlite(file: Path) -> None:
    """MLflow retries a store that it cannot write for minutes: ask once, before it does."""
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


def _log(folder: Path, facts: Mapping[str, Any], tracking_uri: str) -> str:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    client = MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)
    run = client.create_run(_experiment(client, tracking_uri), run_name=facts["name"])
    identity = str(run.info.run_id)
    client.log_batch(
        identity,
        metrics=[Metric(name, value, run.info.start_time, 0) for name, value in _metrics(facts)],
        params=[Param(name, str(value)) for name, value in _params(facts)],
        tags=[RunTag("data.fingerprint", facts["data"]["fingerprint"])],
    )
    client.log_artifacts(identity, str(folder), "model")
    _register(client, run.info.artifact_uri, identity)
    client.set_terminated(identity)
    return identity


def _experiment(client: Any, tracking_uri: str) -> str:
    known = client.get_experiment_by_name(EXPERIMENT)
    if known:
        return str(known.experiment_id)
    artefacts = None
    if tracking_uri.startswith(_SQLITE):
        artefacts = (Path(tracking_uri.removeprefix(_SQLITE)).resolve().parent / "mlflow-artifacts").as_uri()
    return str(client.create_experiment(EXPERIMENT, artifact_location=artefacts))


def _register(client: Any, artifact_uri: str, run_id: str) -> None:
    if not client.search_registered_models(f"name = '{REGISTERED}'"):
        client.create_registered_model(REGISTERED)
    client.create_model_version(REGISTERED, source=f"{artifact_uri}/model", run_id=run_id)


def _params(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from facts["recipe"]["params"].items()
    yield "seed", facts["seed"]
    yield "seeds", facts["recipe"]["seeds"]
    yield "rounds", facts["recipe"]["rounds"]
    yield "features", len(facts["features"])
    yield "clients", facts["data"]["clients"]
    yield "calibration", facts["calibration"]["method"]


def _metrics(facts: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield "threshold", facts["threshold"]
    for part, figures in facts["metrics"].items():
        for name, figure in figures.items():
            if name != "confusion":
                yield from ((f"{part}_{name}_{end}".removesuffix("_value"), figure[end]) for end in figure)
