from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditEvent
from scoring.ml.model import folder
from scoring.models import Activation, ModelVersion
from tests.scoring.applications import application_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return application_folder(tmp_path_factory.mktemp("applications"))


@pytest.fixture(autouse=True)
def places(settings, tmp_path: Path) -> Path:
    """A tracking store that cannot be made (MLflow has tests of its own), and where versions go."""
    (tmp_path / "taken").write_text("a file, not a folder")
    settings.MLFLOW_TRACKING_URI = f"sqlite:///{tmp_path / 'taken' / 'mlflow.sqlite3'}"
    artifacts: Path = settings.ML_ARTIFACTS
    return artifacts


def train(path: Path, *arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("train", str(path), *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_training_ends_in_a_registered_version_that_is_not_active(applications: Path, places: Path) -> None:
    out, err = train(applications, "--name", "v1.0", "--quick")
    known = ModelVersion.objects.get(name="v1.0")
    model = folder.load(places / "v1.0", digest=known.digest)
    assert not model.is_demo
    assert model.facts["data"]["clients"] == 1_500
    assert not Activation.objects.exists()
    assert AuditEvent.objects.filter(action="model_registered", target="v1.0").exists()
    assert "hold-out" in out
    assert "Fold 5 of 5" in err
    assert "Not logged to MLflow" in err


def test_the_demo_label_is_in_the_folder_and_in_the_database(applications: Path, places: Path) -> None:
    train(applications, "--name", "demo", "--quick", "--demo")
    assert folder.load(places / "demo").is_demo
    assert ModelVersion.objects.get(name="demo").is_demo


def test_a_version_is_never_overwritten(applications: Path, places: Path) -> None:
    (places / "v1").mkdir(parents=True)
    (places / "v1" / "CARD.md").write_text("mine")
    with pytest.raises(CommandError, match="v1 exists"):
        train(applications, "--name", "v1", "--quick")
    assert (places / "v1" / "CARD.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--name", "../v1"], "letters, digits"),
        (["--name", ".hidden"], "letters, digits"),
        (["--name", "v1", "--seed", "-1"], "whole number"),
    ],
)
def test_a_wrong_argument_is_named(applications: Path, arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        train(applications, *arguments)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, places: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        train(tmp_path / "nowhere", "--name", "v1")
    assert not places.exists()


def test_too_few_clients_leave_nothing_behind(tmp_path: Path, places: Path) -> None:
    path = application_folder(tmp_path / "few", clients=700)
    with pytest.raises(CommandError, match="700 clients"):
        train(path, "--name", "v1", "--quick")
    assert not places.exists()
    assert not ModelVersion.objects.exists()


def test_a_disk_that_fails_while_writing_leaves_nothing_behind(
    applications: Path, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyarrow.parquet.write_table", full_disk)
    with pytest.raises(CommandError, match="No space left"):
        train(applications, "--name", "v1", "--quick")
    assert list(places.iterdir()) == []


def test_a_database_without_tables_is_said_before_hours_of_work(applications: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scoring_modelversion RENAME TO elsewhere")
    with pytest.raises(CommandError, match=r"manage\.py migrate"):
        train(applications, "--name", "v1", "--quick")


def full_disk(*arguments: object) -> None:
    raise OSError(28, "No space left on device", "reference.parquet")
