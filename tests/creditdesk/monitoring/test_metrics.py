import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from prometheus_client.parser import text_string_to_metric_families
from pythonjsonlogger.json import JsonFormatter

from accounts import request_id
from accounts.models import AuditHead
from creditdesk import services
from creditdesk.models import Case
from scoring import engine

STRANGER = "203.0.113.7"


def readings(**headers) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = Browser().get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def reading(name: str, **labels) -> float:
    return readings().get((name, frozenset(labels.items())), 0.0)


@pytest.mark.parametrize("token", ["", "s3cret-token"])
def test_a_stranger_reads_no_metrics(db, settings, token):
    settings.METRICS_TOKEN = token
    for authorization in ("", "Bearer", "Bearer ", "Bearer wrong", "Basic s3cret-token"):
        answer = Browser(REMOTE_ADDR=STRANGER).get("/metrics", headers={"Authorization": authorization})
        assert answer.status_code == 401
        assert b"creditdesk_" not in answer.content


def test_the_bearer_of_the_token_reads_metrics_from_anywhere(db, settings):
    settings.METRICS_TOKEN = "s3cret-token"
    stranger = Browser(REMOTE_ADDR=STRANGER)
    answer = stranger.get("/metrics", headers={"Authorization": "Bearer s3cret-token"})
    assert b"creditdesk_cases_pending 0.0" in answer.content


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_what_a_proxy_on_this_machine_forwards_is_not_from_this_machine(db, header):
    assert b"creditdesk_" in Browser().get("/metrics").content
    forwarded = Browser().get("/metrics", headers={header: STRANGER})
    assert forwarded.status_code == 401
    assert b"creditdesk_" not in forwarded.content


@pytest.mark.django_db(transaction=True)
def test_a_committed_assessment_is_counted_and_a_rolled_back_one_is_not(model_in_use, case_of):
    case = case_of("advisor")
    assessment = services.assess(case=case, by=case.advisor)
    labels = {"verdict": assessment.verdict, "version": "tiny-1"}
    counted = reading("creditdesk_assessments_total", **labels)
    summed = reading("creditdesk_probability_of_default_sum", version="tiny-1")
    services.assess(case=case, by=case.advisor)
    assert reading("creditdesk_assessments_total", **labels) == counted + 1
    more = reading("creditdesk_probability_of_default_sum", version="tiny-1") - summed
    assert more == pytest.approx(assessment.probability)
    with transaction.atomic():
        services.assess(case=case, by=case.advisor)
        transaction.set_rollback(True)
    assert reading("creditdesk_assessments_total", **labels) == counted + 1


def test_metrics_tell_the_state_of_model_queue_and_audit_log(model_in_use, case_of):
    case_of("advisor")
    assert reading("creditdesk_model_loaded", version="tiny-1") == 1
    assert reading("creditdesk_model_load_seconds") == engine.load_seconds() > 0
    assert reading("creditdesk_cases_pending") == Case.objects.pending().count() == 1
    assert reading("creditdesk_audit_head_sequence") == AuditHead.objects.get().sequence > 0


def test_without_a_model_metrics_say_so(db):
    assert reading("creditdesk_model_loaded", version="none") == 0
    assert ("creditdesk_model_loaded", frozenset({("version", "none")})) in readings()


def test_a_database_that_does_not_answer_leaves_the_other_readings(model_in_use, monkeypatch):
    def broken(_self):
        raise DatabaseError

    monkeypatch.setattr("creditdesk.models.case.CaseQuerySet.pending", broken)
    taken = readings()
    assert taken["creditdesk_reading_ok", frozenset({("reading", "queue")})] == 0
    assert taken["creditdesk_reading_ok", frozenset({("reading", "audit")})] == 1
    assert not [name for name, _labels in taken if name == "creditdesk_cases_pending"]


def test_requests_are_measured_by_route_and_never_by_reference(client_as, case_of):
    case = case_of("advisor")
    client_as("manager").get(case.get_absolute_url())
    # Names and labels, not values: a figure may have the digits of a reference by chance.
    measured = str(list(readings()))
    assert "'view', 'case_detail'" in measured
    assert case.reference not in measured


@pytest.fixture
def access_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines of the access log since the test began."""
    stream = io.StringIO()
    form = django_settings.LOGGING["formatters"]["json"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        JsonFormatter(form["format"], style=form["style"], rename_fields=form["rename_fields"])
    )
    handler.addFilter(request_id.RequestIdFilter())
    logger = logging.getLogger("creditdesk.access")
    logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)


def test_a_request_leaves_one_json_line_with_its_identifier_and_without_the_reference(
    client_as, case_of, access_lines
):
    case = case_of("advisor")
    client_as("manager").get(case.get_absolute_url(), headers={"X-Request-ID": "seen-in-the-log"})
    (line,) = access_lines()
    assert line["request_id"] == "seen-in-the-log"
    assert (line["route"], line["status"], line["method"]) == ("cases/<str:reference>/", 200, "GET")
    assert line.pop("duration_ms") > 0
    assert "user" not in line
    assert case.reference not in str(line)


def test_a_refusal_of_a_known_user_is_logged_with_the_account(client_as, case_of, person, access_lines):
    case, stranger = case_of("advisor"), Browser()
    client_as("colleague").get(case.get_absolute_url())
    client_as("advisor").post(f"{case.get_absolute_url()}decide/", {"outcome": "maybe"})
    stranger.get(f"{case.get_absolute_url()}no-such-page/")
    lines = [(line["status"], line.get("user")) for line in access_lines()]
    assert lines == [(404, person("colleague").pk), (422, person("advisor").pk), (404, None)]
