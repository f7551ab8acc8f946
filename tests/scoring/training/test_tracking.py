import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.ml.model import folder
from scoring.ml.training import pipeline
from scoring.ml.training.progress import silent
from scoring.ml.training.report.mlflow_training import SETTINGS, TrainingSettings, training_run
from scoring.ml.training.tracking import NotLogged, Run, log_run, name_champion
from tests.scoring.training.quick_training import SEED, Finished


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.sqlite3'}"


@pytest.fixture(scope="module")
def logged(finished: Finished, store: str) -> str:
    """The id of the run of a finished training, with one trial beneath it."""
    trial = Run("trial-0", params={"num_leaves": 8}, metrics={"log_loss": 0.25})
    run = training_run(finished.path, finished.manifest, seconds={"total": 12.0}, children=[trial])
    return log_run(run, tracking_uri=store)


def client_of(store: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(store, store)


def artefacts(store: str, run_id: str, folder: str | None = None) -> set[str]:
    return {Path(file.path).name for file in client_of(store).list_artifacts(run_id, folder)}


def test_a_run_holds_parameters_metrics_with_intervals_times_and_fingerprint(
    finished: Finished, store: str, logged: str
) -> None:
    run = client_of(store).get_run(logged)
    assert run.info.status == "FINISHED"
    assert run.data.params["rounds"] == str(finished.trained.rounds)
    auc = finished.manifest.metrics.holdout.auc
    assert run.data.metrics["holdout_auc"] == pytest.approx(auc.value)
    assert run.data.metrics["holdout_auc_low"] == pytest.approx(auc.low)
    assert run.data.metrics["seconds_total"] == 12.0
    assert run.data.tags["data.fingerprint"] == finished.manifest.data.fingerprint


def test_a_run_holds_every_plot_and_the_whole_folder(finished: Finished, store: str, logged: str) -> None:
    plots = artefacts(store, logged, "plots")
    assert {
        "roc.png",
        "precision_recall.png",
        "calibration.png",
        "cost.png",
        "ks.png",
        "lift.png",
        "shap_beeswarm.png",
        "shap_bar.png",
    } <= plots
    assert [name for name in plots if name.startswith("dependence_")]
    assert artefacts(store, logged, "folder") == {file.name for file in finished.path.iterdir()}


def test_the_model_is_the_challenger_with_signature_and_example_and_scores_as_the_folder(
    finished: Finished, store: str, logged: str
) -> None:
    import mlflow

    mlflow.set_tracking_uri(store)
    version = client_of(store).get_model_version_by_alias("creditdesk", "challenger")
    assert version.run_id == logged
    model = mlflow.pyfunc.load_model("models:/creditdesk@challenger")
    example = model.input_example
    assert tuple(model.metadata.signature.inputs.input_names()) == finished.clients.names
    ours = folder.load(finished.path).trees.predict(example.to_numpy())
    np.testing.assert_allclose(model.predict(example), ours)


def test_a_trial_is_a_run_beneath_its_training(store: str, logged: str) -> None:
    client = client_of(store)
    experiment = client.get_experiment_by_name("creditdesk").experiment_id
    (trial,) = client.search_runs([experiment], f"tags.mlflow.parentRunId = '{logged}'")
    assert (trial.data.params, trial.data.metrics) == ({"num_leaves": "8"}, {"log_loss": 0.25})


def test_a_run_can_be_reproduced_from_what_it_logged(finished: Finished, store: str, logged: str) -> None:
    import mlflow

    mlflow.set_tracking_uri(store)
    text = mlflow.artifacts.load_text(f"{client_of(store).get_run(logged).info.artifact_uri}/{SETTINGS}")
    settings = TrainingSettings.from_text(text)
    again = pipeline.train(
        finished.gathered,
        hyperparameters=settings.hyperparameters,
        seed=settings.seed,
        progress=silent,
        costs=settings.costs,
    )
    assert settings.seed == SEED
    assert again.booster.model_to_string() == (finished.path / folder.BOOSTER).read_text()
    assert again.metrics == finished.manifest.metrics


def test_an_activated_version_becomes_the_champion(finished: Finished, store: str, logged: str) -> None:
    assert name_champion(finished.manifest.name, tracking_uri=store)
    assert client_of(store).get_model_version_by_alias("creditdesk", "champion").run_id == logged
    assert client_of(store).get_registered_model("creditdesk").aliases.keys() == {"champion"}
    assert not name_champion("never-logged", tracking_uri=store)


def test_a_locked_store_is_reported_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.ml.training.tracking._PATIENCE_SECONDS", 0.1)
    file = tmp_path / "mlflow.sqlite3"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(NotLogged, match="locked"):
        log_run(Run("locked"), tracking_uri=f"sqlite:///{file}")
    holder.close()


def test_a_store_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(NotLogged, match="taken"):
        log_run(Run("nowhere"), tracking_uri=f"sqlite:///{tmp_path / 'taken' / 'm.sqlite3'}")
