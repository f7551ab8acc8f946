"""The worker as a process: killed in the middle, doubled, without a database."""

import time
from collections.abc import Callable

import pytest

from tests.desk_process import DeskProcess

pytestmark = pytest.mark.xdist_group("desk_process")

ALONE = {"SCHEDULE_HOURS": "purge=0,check_drift=0,apply_retention=0,maintain_queues=0"}
RUNS = "SELECT job, attempt, outcome, message FROM creditdesk_scheduledrun ORDER BY id"


@pytest.fixture
def desk(seeded_desk) -> DeskProcess:
    """A desk on which nothing has been run yet."""
    with seeded_desk.opened() as database:
        database.execute("DELETE FROM creditdesk_scheduledrun")
    return seeded_desk


def runs(desk: DeskProcess) -> list[tuple[str, int, str, str]]:
    with desk.opened() as database:
        return [tuple(row) for row in database.execute(RUNS).fetchall()]


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing(desk):
    killed = desk.start("manage.py", "worker", **ALONE)
    wait_for(lambda: [run[2] for run in runs(desk)] == ["running"])
    killed.kill()
    killed.wait()
    assert runs(desk) == [("verify_audit", 1, "running", "")]
    next_worker = desk.start("manage.py", "worker", "--lease", "1", **ALONE)
    wait_for(lambda: len(runs(desk)) == 2 and runs(desk)[1][2] != "running")
    next_worker.terminate()
    next_worker.wait()
    first, second = runs(desk)
    assert first == ("verify_audit", 1, "interrupted", "its worker is gone")
    assert second[:3] == ("verify_audit", 2, "succeeded")
    assert "chain intact" in second[3]


def test_two_workers_run_each_job_once(desk):
    workers = [desk.start("manage.py", "worker", "--once", SCHEDULE_HOURS="check_drift=0") for _ in range(2)]
    assert [worker.wait() for worker in workers] == [0, 0]
    done = runs(desk)
    assert {"verify_audit", "purge"} <= {job for job, *_ in done}
    assert len(done) == len({job for job, *_ in done})
    assert {(attempt, outcome) for _, attempt, outcome, _ in done} == {(1, "succeeded")}


def test_a_failed_job_says_why_and_the_worker_goes_on(desk, tmp_path):
    (tmp_path / "no-folder").write_text("a file where backups should go")
    jobs = {"SCHEDULE_HOURS": "verify_audit=0,check_drift=0,apply_retention=0"}
    destination = {"BACKUP_DESTINATION": str(tmp_path / "no-folder")}
    done = desk.manage("worker", "--once", **jobs, **destination)
    assert done.returncode == 0, done.stderr
    by_job = {job: (outcome, message) for job, _, outcome, message in runs(desk)}
    assert by_job["purge"][0] == "succeeded"
    assert by_job["backup"][0] == "failed"
    assert "No backup was made" in by_job["backup"][1]


def test_a_stopped_worker_hands_its_job_over(desk):
    worker = desk.start("manage.py", "worker", **ALONE)
    wait_for(lambda: [run[2] for run in runs(desk)] == ["running"])
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert runs(desk) == [("verify_audit", 1, "interrupted", "the worker was stopped")]
    assert desk.manage("worker", "--once", **ALONE).returncode == 0
    assert [run[1:3] for run in runs(desk)] == [(1, "interrupted"), (2, "succeeded")]
