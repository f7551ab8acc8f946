import fcntl
import os
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditEvent
from scoring.ml.metrics.costs import Costs
from scoring.ml.model import folder
from scoring.ml.model.manifest_choices import AcceptLimit
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
    version = ModelVersion.objects.get(name="v1.0")
    model = folder.load(places / "v1.0", digest=version.digest)
    assert not model.is_demo
    assert model.manifest.data.clients == 1_500
    assert not Activation.objects.exists()
    assert AuditEvent.objects.filter(action="model_registered", target="v1.0").exists()
    assert "hold-out" in out
    assert "Fold 5 of 5" in err
    assert "Not logged to MLflow" in err


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
        (["--name", "v1", "--cost-fn", "0"], "a number above 0"),
        (["--name", "v1", "--cost-fp", "nan"], "a number above 0"),
        (["--name", "v1", "--accept-limit", "1"], "between 0 and 1"),
        (["--name", "v1", "--refer-share", "nan"], "between 0 and 1"),
    ],
)
def test_a_wrong_argument_is_named(applications: Path, arguments: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        train(applications, *arguments)


def test_a_missing_folder_is_named(tmp_path: Path, places: Path) -> None:
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


def test_the_folder_of_a_killed_training_is_removed_unless_another_one_is_writing(
    applications: Path, places: Path
) -> None:
    torn = places / ".v0.unfinished.abc" / "v0"
    torn.mkdir(parents=True)
    (torn / "model.txt").write_text("half a mod")
    handle = os.open(places, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(CommandError, match="nowhere"):
        train(applications.parent / "nowhere", "--name", "v1")
    assert torn.exists()
    os.close(handle)
    with pytest.raises(CommandError, match="nowhere"):
        train(applications.parent / "nowhere", "--name", "v1")
    assert list(places.iterdir()) == []


def test_the_name_of_a_training_killed_before_it_registered_is_free(applications: Path, places: Path) -> None:
    (places / "v1").mkdir(parents=True)
    mark = places / ".v1.unregistered"
    with mark.open("w") as writing:
        fcntl.flock(writing, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="v1 exists"):
            train(applications.parent / "nowhere", "--name", "v1")
    with pytest.raises(CommandError, match="nowhere"):
        train(applications.parent / "nowhere", "--name", "v1")
    assert list(places.iterdir()) == []


def test_costs_the_limit_of_accepted_defaults_the_fewest_features_and_the_demo_label_are_recorded(
    applications: Path, places: Path
) -> None:
    limits = ("--accept-limit", "0.2", "--refer-share", "0.2", "--min-features", "50")
    costs = ("--cost-fn", "20", "--cost-fp", "2.5")
    train(applications, "--name", "dear", "--quick", "--demo", *costs, *limits)
    manifest = folder.load(places / "dear").manifest
    assert manifest.is_demo
    assert ModelVersion.objects.get(name="dear").is_demo
    band = manifest.refer_band
    assert band
    assert band.limit == AcceptLimit(default_rate=0.2, refer_share=0.2)
    assert band.accept_below
    assert band.accept_below <= manifest.threshold
    assert band.referred
    assert band.referred <= 0.2
    assert f"Proposed refer band: {band.accept_below:.1%}" in (places / "dear" / "CARD.md").read_text()
    assert manifest.costs == Costs(fn=20.0, fp=2.5)
    assert manifest.feature_count
    assert manifest.feature_count.floor == 50 <= manifest.feature_count.chosen <= len(manifest.features)
    assert manifest.hyperparameters
    assert manifest.hyperparameters.min_features == 50
    assert manifest.theoretical_threshold == pytest.approx(1 / 9)


def test_a_pool_adds_its_clients_and_is_recorded(applications: Path, places: Path, tmp_path: Path) -> None:
    more = application_folder(tmp_path / "more", clients=1_900, unlabelled=0, seed=7)
    table = pq.read_table(more / "application_train.parquet")
    references = pa.array(table["SK_ID_CURR"].to_numpy() + 500_000)
    pq.write_table(table.set_column(0, "SK_ID_CURR", references), more / "application_train.parquet")
    train(applications, "--name", "pooled", "--quick", "--pool", str(more))
    manifest = folder.load(places / "pooled").manifest
    assert manifest.data.clients == 1_500
    assert manifest.stages is not None
    assert [stage.clients for stage in manifest.stages] == [3_400]
    assert manifest.data.pool[0].tables == ("application",)


def test_a_missing_pool_folder_is_named(applications: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        train(applications, "--name", "v1", "--pool", str(tmp_path / "nowhere"))


def test_amounts_that_became_text_are_read_and_nonsense_is_rejected(tmp_path: Path, places: Path) -> None:
    path = application_folder(tmp_path / "text", clients=1_200)
    table = pq.read_table(path / "application_train.parquet")
    place = table.column_names.index("AMT_CREDIT")
    words = [str(amount) for amount in table["AMT_CREDIT"].to_pylist()]
    words[:5] = ["a lot"] * 5
    pq.write_table(table.set_column(place, "AMT_CREDIT", pa.array(words)), path / "application_train.parquet")
    train(path, "--name", "text", "--quick")
    data = folder.load(places / "text").manifest.data
    assert (data.clients, data.rejected) == (1_195, 5)


def test_a_database_without_tables_is_reported_before_training(applications: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scoring_modelversion RENAME TO elsewhere")
    with pytest.raises(CommandError, match=r"manage\.py migrate"):
        train(applications, "--name", "v1", "--quick")


def full_disk(*arguments: object) -> None:
    raise OSError(28, "No space left on device", "reference.parquet")
