import sqlite3
from pathlib import Path

import pytest

from scoring.ml.training.tracking import NotLogged, log_run
from tests.scoring.training.conftest import Finished


def test_a_run_holds_parameters_metrics_and_folder_and_registers_a_version(
    finished: Finished, tmp_path: Path
) -> None:
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path / 'mlflow.sqlite3'}"
    identity = log_run(finished.path, finished.facts, tracking_uri=uri)
    client = MlflowClient(uri, uri)
    run = client.get_run(identity)
    assert run.info.status == "FINISHED"
    assert run.data.params["rounds"] == str(finished.trained.rounds)
    expected = finished.facts["metrics"]["holdout"]["auc"]["value"]
    assert run.data.metrics["holdout_auc"] == pytest.approx(expected)
    logged = {Path(file.path).name for file in client.list_artifacts(identity, "model")}
    assert logged == {file.name for file in finished.path.iterdir()}
    (version,) = client.search_model_versions("name = 'creditdesk'")
    assert (version.run_id, version.aliases) == (identity, [])


def test_a_locked_store_is_said_within_seconds(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scoring.ml.training.tracking._PATIENCE_SECONDS", 0.1)
    file = tmp_path / "mlflow.sqlite3"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(NotLogged, match="locked"):
        log_run(finished.path, finished.facts, tracking_uri=f"sqlite:///{file}")
    holder.close()


def test_a_store_that_cannot_be_made_is_said(finished: Finished, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(NotLogged, match="taken"):
        log_run(finished.path, finished.facts, tracking_uri=f"sqlite:///{tmp_path / 'taken' / 'm.sqlite3'}")
