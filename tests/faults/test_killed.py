"""kill -9 in the middle: of writing processes, a backup, an import, a training."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bench import kill_writers
from creditdesk.importing.store import CLIENTS_AT_ONCE
from tests.desk_process import DeskProcess
from tests.folders import application, write_tables
from tests.scoring.applications import application_folder

# A training whose process ends at the moment between the folder's name and its registration.
KILLED_TRAINING = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from scoring import services
services.register = lambda **_: os.kill(os.getpid(), signal.SIGKILL)
call_command("train", sys.argv[1], name="v1", quick=True)
"""


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def test_kills_at_random_moments_lose_and_double_no_act(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    outcome = kill_writers.measure(kills=5)
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.acknowledged >= 5
    assert "chain intact" in outcome.chain


def test_a_killed_import_goes_on_and_stores_nobody_twice(seeded_desk: DeskProcess, tmp_path: Path):
    rows = [application(reference) for reference in range(700_001, 706_001)]
    folder = str(write_tables(tmp_path / "tables", application_train=rows))
    imported = "FROM creditdesk_case c {} WHERE reference BETWEEN '700001' AND '706000'"
    cases = f"SELECT count(*) {imported.format('')}"
    killed = seeded_desk.start("manage.py", "import_portfolio", folder, output=subprocess.DEVNULL)
    wait_for(lambda: seeded_desk.one_value(cases) > 0)
    killed.kill()
    killed.wait()
    stored = seeded_desk.one_value(cases)
    assert stored >= CLIENTS_AT_ONCE
    again = seeded_desk.manage("import_portfolio", folder)
    assert f"{6_000 - stored:,} new, 0 changed, {stored:,} as they were" in again.stdout
    for table in ("profile", "monitoringrecord"):
        joined = f"JOIN creditdesk_{table} t ON t.case_id = c.id"
        assert seeded_desk.one_value(f"SELECT count(*) {imported.format(joined)}") == 6_000
    assert seeded_desk.one_value(f"SELECT count(DISTINCT client_id) {imported.format('')}") == 6_000
    assert seeded_desk.manage("verify_audit").returncode == 0


def test_a_killed_backup_leaves_no_backup_and_the_next_one_works(seeded_desk: DeskProcess, tmp_path: Path):
    destination = tmp_path / "backup"
    killed = seeded_desk.start("manage.py", "backup", str(destination))
    wait_for(lambda: bool(list(tmp_path.glob(".backup.unfinished/*"))))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not destination.exists()
    done = seeded_desk.manage("backup", str(destination))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"backup"}
    assert not list(seeded_desk.place.glob(".*backup-*"))


def test_a_training_killed_before_it_registers_leaves_the_name_free(seeded_desk: DeskProcess, tmp_path: Path):
    folder = application_folder(tmp_path / "tables", clients=1500)
    tracking = f"sqlite:///{tmp_path / 'mlflow.sqlite3'}"
    killed = seeded_desk.start("-c", KILLED_TRAINING, str(folder), MLFLOW_TRACKING_URI=tracking)
    assert killed.wait() == -signal.SIGKILL
    assert (seeded_desk.place / "models" / "v1" / "model.json").exists()
    again = seeded_desk.manage("train", str(folder), "--name", "v1", "--quick", MLFLOW_TRACKING_URI=tracking)
    assert again.returncode == 0, again.stderr
    assert seeded_desk.one_value("SELECT count(*) FROM scoring_modelversion WHERE name = 'v1'") == 1
    assert [path.name for path in (seeded_desk.place / "models").glob(".*")] == []
