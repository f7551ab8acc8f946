import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from scoring.ml.metrics.costs import Costs
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.ml.training.compare import comparison
from scoring.ml.training.compare.estimators import CatBoostEstimator
from scoring.ml.training.data import pooling
from scoring.ml.training.data.clients import gather
from scoring.ml.training.fit.hyperparameters import hyperparameters_for
from scoring.ml.training.progress import silent
from scoring.models import Comparison
from scoring.services import save_comparison
from tests.scoring.applications import application_folder
from tests.scoring.training.data.test_pooling import some_of

CANDIDATES = {
    "dummy",
    "logistic_regression",
    "random_forest",
    "gradient_boosting",
    "xgboost",
    "catboost",
    "lightgbm",
    "blend",
    "smote",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return application_folder(tmp_path_factory.mktemp("applications"), clients=1_200)


@pytest.fixture(scope="module")
def printed(folder, tmp_path_factory, django_db_setup, django_db_blocker):
    """Output and stored results of the command, run once."""
    from django.conf import settings

    var = tmp_path_factory.mktemp("var")
    store = f"sqlite:///{var / 'mlflow.sqlite3'}"
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "VAR_DIR", var)
        patch.setattr(settings, "MLFLOW_TRACKING_URI", store)
        with (var / "out.txt").open("w") as out:
            call_command("compare_models", str(folder), "--quick", "--jobs", "1", stdout=out)
        stored = Comparison.objects.get()
        results = stored.results
        stored.delete()
    return {"text": (var / "out.txt").read_text(), "var": var, "results": results, "store": store}


def test_every_candidate_is_measured_on_the_same_clients(printed):
    results = printed["results"]
    assert {row["code"] for row in results["rows"]} == CANDIDATES
    assert not [row["failure"] for row in results["rows"] if row["failure"]]
    sizes = {sum(row["metrics"]["confusion"].values()) for row in results["rows"]}
    # The hold-out of 240 clients is left alone.
    assert sizes == {960} == {results["clients"]}


def test_each_candidate_has_its_own_threshold_and_its_difference_to_the_champion(printed):
    rows = {row["code"]: row for row in printed["results"]["rows"]}
    assert rows["lightgbm"]["against"] is None
    for code in CANDIDATES - {"lightgbm"}:
        against = rows[code]["against"]["auc"]
        expected = rows[code]["metrics"]["auc"]["value"] - rows["lightgbm"]["metrics"]["auc"]["value"]
        assert against["value"] == pytest.approx(expected)
        assert against["low"] <= against["value"] <= against["high"]
    assert rows["dummy"]["metrics"]["auc"]["value"] == pytest.approx(0.5, abs=0.02)
    assert len({row["threshold"] for row in rows.values()}) > 4
    assert rows["smote"]["cost_theory"] > rows["smote"]["metrics"]["cost"]["value"]


def test_the_table_is_printed_and_written_as_json_and_csv(printed):
    for name in (
        "No model",
        "Logistic regression",
        "Random forest",
        "XGBoost",
        "CatBoost",
        "LightGBM",
        "SMOTE",
    ):
        assert name in printed["text"]
    (written,) = (printed["var"] / "comparisons").glob("*.json")
    assert json.loads(written.read_text()) == printed["results"]
    (table,) = (printed["var"] / "comparisons").glob("*.csv")
    assert {row["candidate"] for row in csv.DictReader(table.open())} == CANDIDATES


def test_each_candidate_has_a_run_with_its_pipeline_signature_and_figures(printed):
    from mlflow import MlflowClient

    client = MlflowClient(printed["store"], printed["store"])
    experiment = client.get_experiment_by_name("creditdesk").experiment_id
    runs = client.search_runs([experiment], "tags.kind = 'candidate'")
    assert {run.info.run_name for run in runs} == CANDIDATES
    rows = {row["code"]: row for row in printed["results"]["rows"]}
    for run in runs:
        name = run.info.run_name
        assert run.data.metrics["auc"] == pytest.approx(rows[name]["metrics"]["auc"]["value"])
        assert [file.path for file in client.list_artifacts(run.info.run_id, "pipeline")] == [
            f"pipeline/{name}.joblib"
        ]
    models = client.search_logged_models(experiment_ids=[experiment])
    assert len(models) == len(CANDIDATES)


def test_the_pages_show_a_comparison(db, client_as, printed):
    comparison = save_comparison(printed["results"])
    browser = client_as("analyst")
    page = browser.get("/models/compare/").content.decode()
    assert "SMOTE, scaler, LightGBM" in page
    best = printed["results"]["rows"][0]["metrics"]["auc"]["value"]
    assert f"{best:.4f}" in page
    assert browser.get(f"/models/compare/?number={comparison.pk}").status_code == 200
    assert browser.get("/models/compare/?number=999999").status_code == 404


def test_without_a_comparison_the_page_says_how_to_make_one(db, client_as):
    assert "compare_models DIR --quick" in client_as("analyst").get("/models/compare/").content.decode()


def test_a_folder_without_outcomes_is_refused(db, tmp_path):
    with pytest.raises(CommandError):
        call_command("compare_models", str(tmp_path), "--quick")


def test_pooled_clients_give_every_candidate_a_start(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    source = application_folder(tmp_path / "source", clients=1_700, unlabelled=0)
    some_of(source, small, clients=1_100, unlabelled=20, loans=True)
    some_of(source, large, clients=1_700, unlabelled=20, loans=False)
    folders = [check(open_folder(path)).folder for path in (small, large)]
    clients = gather(folders[0], progress=silent)
    stages = pooling.pooled_stages(clients, folders[0], folders[1:], progress=silent)
    hyperparameters = replace(hyperparameters_for(1_100, quick=True), max_rounds=30)
    data = comparison.comparison_data(
        clients, seed=1, sample=None, pooled=stages, hyperparameters=hyperparameters
    )
    alone = comparison.comparison_data(clients, seed=1, sample=None)
    assert data.fold.tolist() == alone.fold.tolist()
    assert len(data.starts) == 5
    assert all(np.ptp(start) > 0.1 for start in data.starts)
    entered = {entry.code: entry for entry in comparison.entries(clients.names, hyperparameters, pooled=True)}
    assert "blend" not in entered
    for code in ("lightgbm", "logistic_regression", "smote"):
        outcomes = [comparison.evaluate_candidate(entered[code], each, tmp_path) for each in (data, alone)]
        assert not outcomes[0].failure
        assert not np.array_equal(outcomes[0].probability, outcomes[1].probability)


@pytest.mark.parametrize(
    ("package", "left_out"), [("xgboost", {"xgboost", "blend"}), ("catboost", {"catboost"})]
)
def test_without_a_package_its_candidates_are_left_out_and_the_others_are_compared(
    clients_of_1200, tmp_path, monkeypatch, package, left_out
):
    monkeypatch.setitem(sys.modules, package, None)
    hyperparameters = replace(hyperparameters_for(1_200, quick=True), max_rounds=20)
    data = comparison.comparison_data(clients_of_1200, seed=1, sample=None)
    outcomes = [
        comparison.evaluate_candidate(entry, data, tmp_path)
        for entry in comparison.entries(data.names, hyperparameters)
        if entry.code in ("xgboost", "catboost", "blend", "lightgbm")
    ]
    failures = {outcome.entry.code: outcome.failure for outcome in outcomes if outcome.failure}
    assert failures == dict.fromkeys(left_out, f"left out: the package {package} is not installed")
    rows = comparison.compare(outcomes, data, champion="lightgbm", costs=Costs(), resamples=10)
    assert {row.code for row in rows if row.metrics} == {
        "xgboost",
        "catboost",
        "blend",
        "lightgbm",
    } - left_out


def test_catboost_reads_categories_as_categories(clients_of_1200):
    """Codes have no order: other numbers for the same categories teach the same."""
    data = comparison.comparison_data(clients_of_1200, seed=1, sample=None)
    rng = np.random.default_rng(3)
    kind = rng.integers(0, 5, len(data.target)).astype(float)
    kind[rng.random(len(kind)) < 0.1] = np.nan
    risk = np.isin(kind, (0.0, 3.0)) | np.isnan(kind)
    target = (rng.random(len(kind)) < np.where(risk, 0.5, 0.1)).astype(float)
    renamed = np.where(np.isnan(kind), np.nan, (kind * 2) % 5)
    noise = rng.normal(size=len(kind))
    probabilities = []
    for codes in (kind, renamed):
        matrix = np.column_stack([codes, noise])
        estimator = CatBoostEstimator((0,), rounds=100, patience=50, seed=1).fit(matrix, target)
        assert estimator.model_.get_cat_feature_indices() == [1]
        probabilities.append(estimator.predict_proba(matrix)[:, 1])
    assert probabilities[0][risk].mean() > probabilities[0][~risk].mean() + 0.2
    assert np.abs(np.subtract(*probabilities)).mean() < 0.03


@pytest.fixture
def clients_of_1200(folder):
    return gather(check(open_folder(folder)).folder, progress=silent)
