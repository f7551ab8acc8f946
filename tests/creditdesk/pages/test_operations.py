"""Operations page and metrics: what ran, what waits, what is late."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts import audit
from accounts.audit import Action
from accounts.models import AuditEvent
from creditdesk.models import ScheduledRun, WorkerBeat
from creditdesk.monitoring import schedule

pytestmark = pytest.mark.django_db


def run(job: str, *, hours_ago: float, outcome: str = "succeeded", message: str = "") -> ScheduledRun:
    moment = timezone.now() - timedelta(hours=hours_ago)
    ended = None if outcome == "running" else moment + timedelta(seconds=7)
    return ScheduledRun.objects.create(
        job=job,
        due_at=moment,
        started_at=moment,
        beat_at=moment,
        ended_at=ended,
        outcome=outcome,
        message=message,
        worker="host:1",
    )


def page_of(client_as, role: str = "admin") -> str:
    return client_as(role).get("/operations/").content.decode()


def metric(gauge: str, /, **labels: str) -> float | None:
    text = Browser().get("/metrics").content.decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == gauge and sample.labels == labels:
                return sample.value
    return None


def test_without_a_worker_the_page_says_what_waits(client_as):
    run("purge", hours_ago=0)
    page = page_of(client_as)
    assert "data-no-worker" in page
    assert 'data-waiting="verify_audit"' in page
    assert 'data-waiting="purge"' not in page
    WorkerBeat.objects.create(name="host:1", started_at=timezone.now(), seen_at=timezone.now())
    page = page_of(client_as)
    assert "data-no-worker" not in page
    assert "host:1" in page
    assert metric("creditdesk_worker_alive") == 1


def test_the_last_run_its_result_and_its_duration_are_shown(client_as):
    run("verify_audit", hours_ago=2, message="12 events, chain intact")
    page = page_of(client_as, "auditor")
    assert 'data-job="verify_audit" data-state="done"' in page
    assert "12 events, chain intact" in page
    assert metric("creditdesk_job_duration_seconds", name="verify_audit") == 7
    assert metric("creditdesk_job_failed", name="verify_audit") == 0


def test_a_failure_is_visible_until_the_job_succeeds(client_as):
    run("verify_audit", hours_ago=30)
    run("verify_audit", hours_ago=2, outcome="failed", message="event 3: it was changed")
    page = page_of(client_as)
    assert 'data-job="verify_audit" data-state="failed"' in page
    assert "event 3: it was changed" in page
    assert metric("creditdesk_job_failed", name="verify_audit") == 1
    run("verify_audit", hours_ago=1)
    assert 'data-job="verify_audit" data-state="done"' in page_of(client_as)
    assert metric("creditdesk_job_failed", name="verify_audit") == 0


@pytest.mark.parametrize(("hours_ago", "late"), [(36, False), (38, True)])
def test_a_job_is_late_after_one_and_a_half_periods_and_an_hour(client_as, hours_ago, late):
    run("verify_audit", hours_ago=hours_ago)
    assert ('data-late="verify_audit"' in page_of(client_as)) == late
    assert metric("creditdesk_job_late", name="verify_audit") == late


def test_a_job_that_never_succeeded_is_late_once_the_desk_is_old_enough(client_as):
    now = timezone.now()
    assert not any(state.is_late for state in schedule.states(now))
    client_as("admin").get("/cases/")
    assert AuditEvent.objects.exists()
    assert not any(state.is_late for state in schedule.states(now))
    assert any(state.is_late for state in schedule.states(now + timedelta(days=3)))


def test_backups_are_listed_as_the_log_knows_them(client_as, settings):
    details = {"until": 4711, "rows": 5, "size": 12_000_000, "encryption": "recipient"}
    audit.record(action=Action.BACKUP, actor=None, target="creditdesk-20261128T020000Z", details=details)
    page = page_of(client_as)
    assert 'data-backup="creditdesk-20261128T020000Z"' in page
    assert "4,711" in page
    assert "data-no-backup" in page
    settings.BACKUP_DESTINATION = "/backups"
    assert "data-no-backup" not in page_of(client_as)


def test_a_new_desk_reads_what_is_still_to_set_up(client_as, model_in_use, case_of):
    page = page_of(client_as)
    assert "manage.py import_portfolio DIR" in page
    assert "manage.py activate V" not in page
    case_of("advisor")
    assert "manage.py import_portfolio DIR" not in page_of(client_as)
