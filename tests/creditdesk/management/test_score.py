import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from scoring import engine
from scoring.ml.features import frames
from scoring.ml.model.completeness import recommend
from scoring.ml.model.verdict import Thresholds, verdict_for
from scoring.ml.tables.checks import check
from scoring.ml.tables.folder import open_folder
from scoring.models import ModelVersion
from tests.creditdesk.policies import published
from tests.scoring.applications import application_folder
from tests.scoring.modelfolder import tiny_model


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return application_folder(tmp_path_factory.mktemp("applications"), clients=80, unlabelled=20)


def score(path: Path, out: Path, *arguments: str) -> list[dict[str, str]]:
    call_command("score", str(path), "--out", str(out), *arguments, stderr=StringIO())
    with out.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
def test_every_application_gets_the_number_of_the_page(
    applications: Path, model_in_use, tmp_path: Path
) -> None:
    lines = score(applications, tmp_path / "scores.csv")
    assert list(lines[0]) == ["SK_ID_CURR", "probability", "verdict", "model_version"]
    assert [int(line["SK_ID_CURR"]) for line in lines] == list(range(100_001, 100_101))
    model = engine.current()
    for application, line in zip(records(applications), lines, strict=True):
        # One client at a time, as a page does it: the very same double.
        probability = model.score(model.matrix(frames.columns_of([application]))).probability[0]
        assert float(line["probability"]) == probability
        assert line["verdict"] == verdict_for(probability, Thresholds.single(model.threshold))
        assert line["model_version"] == model.version


@pytest.mark.django_db
def test_a_folder_is_scored_under_the_policy_in_force_or_the_one_that_is_named(
    applications: Path, model_in_use, person, tmp_path: Path
) -> None:
    own = score(applications, tmp_path / "scores.csv")
    probabilities = sorted(float(line["probability"]) for line in own)
    low, middle, high = (probabilities[len(probabilities) * part // 4] for part in (1, 2, 3))
    people = person("manager"), person("admin")
    published(*people, accept_below=low, refuse_from=high)
    published(*people, accept_below=middle, refuse_from=middle)
    for arguments, thresholds in {
        (): Thresholds.single(middle),
        ("--policy", "2"): Thresholds.single(middle),
        ("--policy", "1"): Thresholds(low, high),
        ("--policy", "none"): Thresholds.single(engine.current().threshold),
    }.items():
        lines = score(applications, tmp_path / "scores.csv", *arguments)
        expected = [
            recommend(engine.current(), thresholds, float(line["probability"]), application).verdict
            for application, line in zip(records(applications), lines, strict=True)
        ]
        assert [line["verdict"] for line in lines] == expected
    for unknown in ("3", "newest"):
        with pytest.raises(CommandError, match=f"there is no published policy {unknown}"):
            score(applications, tmp_path / "scores.csv", "--policy", unknown)


@pytest.mark.django_db
def test_a_folder_need_not_be_registered(applications: Path, settings, tmp_path: Path) -> None:
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="loose")
    lines = score(applications, tmp_path / "scores.csv", "--model", "loose")
    assert {line["model_version"] for line in lines} == {"loose"}
    assert not ModelVersion.objects.exists()


@pytest.mark.django_db
def test_without_an_active_model_nothing_is_written(applications: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no model version has been activated"):
        score(applications, tmp_path / "scores.csv")
    assert list(tmp_path.glob("*scores*")) == []


@pytest.mark.django_db
def test_a_database_without_tables_is_named_and_a_folder_of_a_model_does_without(
    applications: Path, settings, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    with pytest.raises(CommandError, match="no tables yet"):
        score(applications, tmp_path / "scores.csv")
    assert not (tmp_path / "scores.csv").exists()
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="loose")
    assert len(score(applications, tmp_path / "scores.csv", "--model", "loose")) == 100


@pytest.mark.django_db
def test_a_failing_batch_keeps_the_file_that_was_there(model_in_use, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    out.write_text("yesterday's")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError):
        score(tmp_path / "empty", out)
    assert out.read_text() == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "scores.csv"]


@pytest.mark.django_db
def test_a_place_that_cannot_be_written_is_named(applications: Path, model_in_use, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere/scores\.csv was not written"):
        score(applications, tmp_path / "nowhere" / "scores.csv")


def records(path: Path) -> list[dict[str, float | str]]:
    batches = frames.profiles(check(open_folder(path)).folder)
    return [{**application, **history} for batch in batches for application, history in batch.records()]
