"""The commands that take `--engine spark`, beside the same commands on DuckDB."""

import subprocess
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from creditdesk.models import Profile
from scoring.models import DriftReport
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("portfolio") / "tables"
    call_command("make_portfolio", path, verbosity=0, clients=120, seed=5, file_format="parquet")
    return path


def score(portfolio: Path, out: Path, engine: str) -> Path:
    call_command("score", portfolio, "--out", out, "--engine", engine, stderr=StringIO())
    return out


def test_a_csv_of_scores_is_the_same_file(portfolio, model_in_use, tmp_path):
    plain = score(portfolio, tmp_path / "plain.csv", "duckdb")
    assert score(portfolio, tmp_path / "spark.csv", "spark").read_bytes() == plain.read_bytes()


@pytest.mark.real_data
def test_a_csv_of_many_clients_is_in_the_same_order(home_credit, model_in_use, tmp_path):
    """Of the application alone every number is equal to the last bit."""
    plain = score(home_credit / "kaggle_test", tmp_path / "plain.csv", "duckdb")
    spark = score(home_credit / "kaggle_test", tmp_path / "spark.csv", "spark")
    assert len(plain.read_bytes().splitlines()) > 40_000
    assert spark.read_bytes() == plain.read_bytes()


def test_a_folder_of_scores_has_contributions_that_add_up(portfolio, model_in_use, tmp_path):
    out = score(portfolio, tmp_path / "scores", "spark")
    assert (out / "_SUCCESS").exists()
    rows = pq.read_table(out).to_pylist()
    assert len(rows) == 120
    for row in rows:
        assert row["base_value"] + sum(row["contributions"].values()) != row["base_value"]


def test_a_folder_that_exists_already_is_left_alone(portfolio, model_in_use, tmp_path):
    out = tmp_path / "scores"
    out.mkdir()
    (out / "part-0.parquet").write_text("yesterday's")
    with pytest.raises(CommandError, match="exists already: remove it, or name another --out"):
        score(portfolio, out, "spark")
    assert [path.read_text() for path in out.iterdir()] == ["yesterday's"]


def test_an_import_stores_the_same_profiles(portfolio):
    UserFactory(username="advisor")
    profiles = []
    for engine in ("duckdb", "spark"):
        call_command("import_portfolio", portfolio, "--engine", engine, stdout=StringIO(), stderr=StringIO())
        profiles.append(
            {profile.case_id: profile for profile in Profile.objects.select_related("case__client")}
        )
    assert len(profiles[0]) == 120
    for case, plain in profiles[0].items():
        assert profiles[1][case].application == plain.application
        assert dict(profiles[1][case].history) == pytest.approx(dict(plain.history), rel=1e-9, abs=0)


def test_drift_between_two_folders_is_the_same(portfolio, tmp_path, settings):
    settings.DRIFT_REPORTS = tmp_path / "drift"
    other = tmp_path / "other"
    call_command("make_portfolio", other, verbosity=0, clients=120, seed=6, file_format="parquet")
    for engine in ("duckdb", "spark"):
        call_command(
            "check_drift", "--reference", portfolio, "--current", other, "--engine", engine,
            "--without-evidently", stdout=StringIO(), stderr=StringIO(),
        )  # fmt: skip
    plain, spark = DriftReport.objects.order_by("pk")
    assert spark.numbers == plain.numbers


def test_a_folder_without_tables_is_refused_with_its_name(tmp_path, model_in_use):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="empty holds no application file"):
        score(tmp_path / "empty", tmp_path / "scores.csv", "spark")
    assert not (tmp_path / "scores.csv").exists()


def test_a_worker_that_is_killed_stops_the_command_with_a_message(
    portfolio, model_in_use, tmp_path, monkeypatch
):
    """Workers are killed as soon as they start, as by a machine that is out of memory."""
    killer = subprocess.Popen(["/bin/sh", "-c", "while sleep 0.2; do pkill -9 -f [p]yspark.daemon; done"])
    try:
        with pytest.raises(CommandError, match=r"Spark stopped: .*Nothing was stored"):
            score(portfolio, tmp_path / "scores.csv", "spark")
    finally:
        killer.kill()
        killer.wait()
    assert list(tmp_path.iterdir()) == []
