import shutil
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from scoring import engine
from scoring.models import Activation, ChallengerAppointment, ModelVersion, TrainingClients
from scoring.services.trained_clients import outside_training_data, record_trained_clients
from tests.scoring.applications import application_folder

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def applications(tmp_path_factory):
    return application_folder(tmp_path_factory.mktemp("applications"), clients=3_000, seed=2)


@pytest.fixture
def toy(model_in_use, settings, tmp_path):
    """A version in use without training clients, in a folder where others may be put beside it."""
    shutil.copytree(settings.ML_ARTIFACTS, tmp_path / "versions")
    settings.ML_ARTIFACTS = tmp_path / "versions"
    record_trained_clients(version=model_in_use, references=[])
    return model_in_use


@pytest.fixture(autouse=True)
def no_tracking(settings, tmp_path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    settings.MLFLOW_TRACKING_URI = f"sqlite:///{tmp_path / 'taken' / 'mlflow.sqlite3'}"


@pytest.fixture
def any_share_of_a_group(monkeypatch) -> None:
    """Whom a version of these made clients accepts is none of the promise; the gate has tests of its own."""
    monkeypatch.setattr("scoring.services.gates.MIN_RATIO", 0.0)


def retrain(path, *arguments: str) -> str:
    out = StringIO()
    call_command("retrain", str(path), "--quick", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_clients_that_a_version_was_trained_on_are_recorded_as_keyed_digests(model_in_use):
    record_trained_clients(version=model_in_use, references=[100_003, 100_001])
    is_new = outside_training_data(model_in_use, [100_001, 100_002, 100_003])
    assert is_new is not None
    assert is_new.tolist() == [False, True, False]
    stored = np.frombuffer(TrainingClients.objects.get().digests, dtype=np.uint64)
    assert 100_001 not in stored.tolist()


def test_the_training_clients_of_a_version_trained_elsewhere_are_unknown(model_in_use):
    assert outside_training_data(model_in_use, [1, 2]) is None


@pytest.mark.usefixtures("any_share_of_a_group")
def test_new_data_make_a_challenger_that_people_put_in_use(applications, toy):
    output = retrain(applications, "--name", "autumn")
    appointment = ChallengerAppointment.objects.in_force()
    assert appointment
    assert str(appointment.version) == "autumn"
    assert appointment.comparison["champion"] == toy.digest
    assert appointment.comparison["auc"]["low"] > 0
    assert appointment.comparison["auc"]["clients"] == 600
    assert engine.current().version == "tiny-1"
    assert "clients that neither has learned from" in output


def test_a_worse_version_is_refused_with_the_reasons(applications, toy, monkeypatch):
    monkeypatch.setattr("scoring.services.gates.SLOPE_BOUNDS", (4.0, 5.0))
    with pytest.raises(CommandError, match=r"is refused.*Calibration"):
        retrain(applications, "--name", "winter")
    assert ModelVersion.objects.filter(name="winter").exists()
    assert ChallengerAppointment.objects.in_force() is None


def test_a_folder_without_outcomes_is_refused_before_anything_is_made(tmp_path, settings):
    with pytest.raises(CommandError):
        retrain(tmp_path / "nowhere", "--name", "v")
    assert not ModelVersion.objects.exists()


@pytest.mark.usefixtures("any_share_of_a_group")
def test_a_better_version_is_activated_without_a_person_when_auto_promote_is_on(applications, toy, settings):
    settings.AUTO_PROMOTE = True
    retrain(applications, "--name", "spring")
    assert engine.current().version == "spring"
    assert "AUTO_PROMOTE" in Activation.objects.current().get().reason
