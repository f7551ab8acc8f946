"""Claims on scheduled jobs: each moment served once, whatever happens to workers and clocks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from creditdesk.models import ScheduledRun
from creditdesk.monitoring import schedule
from creditdesk.monitoring.schedule import Job
from creditdesk.scheduling import claims
from creditdesk.scheduling import worker as worker_module
from creditdesk.scheduling.claims import Leases, claim, end
from creditdesk.scheduling.worker import Worker

pytestmark = pytest.mark.django_db

JOB = Job("verify_audit", ("verify_audit",), timedelta(hours=24), from_hour=1)
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
Outcome = ScheduledRun.Outcome


def claimed(now: datetime = NOON, worker: str = "a", leases: Leases | None = None) -> ScheduledRun | None:
    return claim(JOB, worker=worker, now=now, leases=leases or Leases())


def done(now: datetime = NOON, outcome: Outcome = Outcome.SUCCEEDED) -> ScheduledRun:
    run = claimed(now)
    assert run
    assert end(run, outcome=outcome, message="", now=now + timedelta(seconds=3))
    return ScheduledRun.objects.get(pk=run.pk)


def test_a_job_is_due_from_its_hour_on_and_then_once_a_period():
    run = done()
    assert run.due_at == datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert (run.outcome, run.seconds) == (Outcome.SUCCEEDED, 3)
    assert claimed(NOON + timedelta(hours=12)) is None
    assert claimed(NOON + timedelta(hours=13))


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.FAILED])
def test_what_ended_is_not_run_again_before_its_next_moment(outcome):
    done(outcome=outcome)
    assert claimed(NOON + timedelta(minutes=1)) is None
    assert ScheduledRun.objects.count() == 1


def test_a_second_worker_leaves_a_running_job_alone():
    leases = Leases(seconds=1000)
    assert claimed()
    for minute in range(3):
        assert claimed(NOON + timedelta(minutes=minute), worker="b", leases=leases) is None


def test_a_run_without_a_sign_of_life_is_taken_over_once(monkeypatch):
    first, leases, clock = claimed(), Leases(seconds=60), [0.0]
    monkeypatch.setattr("creditdesk.scheduling.claims.time.monotonic", lambda: clock[0])
    assert first
    assert claimed(worker="b", leases=leases) is None
    clock[0] = 59.0
    assert claimed(worker="b", leases=leases) is None
    clock[0] = 61.0
    second = claimed(worker="b", leases=leases)
    assert second
    assert (second.attempt, second.due_at) == (2, first.due_at)
    assert ScheduledRun.objects.get(pk=first.pk).outcome == Outcome.INTERRUPTED
    # The first worker wakes up: the run is not its own any more.
    assert not claims.beat(first, NOON)
    assert not end(first, outcome=Outcome.SUCCEEDED, message="", now=NOON)
    assert ScheduledRun.objects.running().get() == second


def test_a_clock_that_jumps_ahead_makes_no_running_job_look_dead():
    run, leases = claimed(), Leases(seconds=60)
    assert run
    assert claimed(NOON, worker="b", leases=leases) is None
    assert claims.beat(run, NOON + timedelta(days=400))
    assert claimed(NOON + timedelta(days=400), worker="b", leases=leases) is None
    assert ScheduledRun.objects.running().get() == run


def test_a_clock_that_is_put_back_runs_nothing_a_second_time():
    done()
    for back in (timedelta(hours=2), timedelta(days=3), timedelta(days=400)):
        assert claimed(NOON - back) is None
    assert ScheduledRun.objects.count() == 1


def test_a_clock_that_jumps_ahead_runs_a_job_once_and_makes_up_for_nothing():
    done()
    assert claimed(NOON + timedelta(days=30))
    assert ScheduledRun.objects.count() == 2


def test_a_job_that_takes_its_worker_down_is_left_alone_after_five_attempts():
    attempts = [claimed(leases=Leases(seconds=0)) for _ in range(7)]
    assert [run.attempt for run in attempts if run] == [1, 2, 3, 4, 5]
    assert ScheduledRun.objects.running().count() == 0


def test_the_database_accepts_no_second_running_or_repeated_run():
    run = claimed()
    assert run
    for changes in ({"attempt": 2}, {"outcome": "succeeded", "ended_at": NOON}):
        columns = {"job": run.job, "due_at": run.due_at, "started_at": NOON, "beat_at": NOON, "worker": "b"}
        with pytest.raises(IntegrityError), transaction.atomic():
            ScheduledRun.objects.create(**columns | changes)


def test_a_failed_run_keeps_the_last_words_of_its_command():
    run = claimed()
    assert run
    end(run, outcome=Outcome.FAILED, message="x" * 1000, now=NOON)
    assert ScheduledRun.objects.get().message == "x" * claims.MAX_MESSAGE


def test_hours_of_single_jobs_are_a_setting_and_zero_turns_one_off(settings):
    settings.SCHEDULE_HOURS = {"verify_audit": 6.0, "check_drift": 0.0}
    jobs = {job.name: job for job in schedule.jobs()}
    assert jobs["verify_audit"].every == timedelta(hours=6)
    assert "check_drift" not in jobs


@pytest.mark.parametrize(
    ("job", "setting", "value"),
    [
        ("backup", "BACKUP_DESTINATION", "/backups"),
        ("timestamp_audit", "AUDIT_TIMESTAMP_URL", "https://stamps.example"),
    ],
)
def test_a_job_that_needs_a_setting_is_scheduled_once_it_is_set(settings, job, setting, value):
    assert job not in {scheduled.name for scheduled in schedule.jobs()}
    setattr(settings, setting, value)
    assert job in {scheduled.name for scheduled in schedule.jobs()}


class LongJob:
    """A process that has ended by the third look at it."""

    returncode = 0

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.looks, self.meanwhile = 0, meanwhile

    def poll(self) -> int | None:
        self.looks += 1
        if self.looks == 2:
            self.meanwhile()
        return None if self.looks < 4 else 0


def waited(process: LongJob, monkeypatch) -> tuple[ScheduledRun, Outcome, str]:
    """A run whose worker has waited for the process, with a sign of life at each look."""
    monkeypatch.setattr(worker_module, "BEAT_SECONDS", 0.0)
    run = claimed()
    assert run
    outcome, why = Worker(until=lambda: False)._wait(process, run)  # type: ignore[arg-type]
    return ScheduledRun.objects.get(pk=run.pk), outcome, why


def test_a_long_run_shows_that_it_goes_on(monkeypatch):
    run, outcome, _ = waited(LongJob(), monkeypatch)
    assert outcome == Outcome.SUCCEEDED
    assert run.beat_at > NOON


def test_a_run_that_another_worker_took_over_is_given_up(monkeypatch):
    def take_over() -> None:
        ScheduledRun.objects.update(outcome=Outcome.INTERRUPTED, ended_at=NOON + timedelta(seconds=9))

    _, outcome, why = waited(LongJob(take_over), monkeypatch)
    assert (outcome, why) == (Outcome.INTERRUPTED, "another worker took it over")
