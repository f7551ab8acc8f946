"""Refused requests: problem+json that names what is wrong, and nothing stored."""

import json
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from accounts.api_keys.lifecycle import revoke_key
from accounts.models import ApiKey, AuditEvent
from creditdesk.api import examples
from creditdesk.api.request_schemas import PredictionRequest
from creditdesk.models import Assessment
from scoring import engine

pytestmark = pytest.mark.django_db


def problem(response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["request_id"] == response["X-Request-ID"]
    assert "Traceback" not in response.content.decode()
    return body


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer cdk_00000000_wrong", "Basic YTpi", "Token x"])
def test_without_a_valid_key_there_is_no_answer(model_in_use, case_of, header):
    case = case_of("advisor")
    response = Browser().post(
        "/api/v1/predict",
        json.dumps({"reference": case.reference}),
        content_type="application/json",
        headers={"Authorization": header} if header else {},
    )
    problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert not case.assessments.exists()


def test_a_session_is_no_authentication(model_in_use, client_as, case_of):
    case = case_of("advisor")
    response = client_as("advisor").post(
        "/api/v1/predict", {"reference": case.reference}, content_type="application/json"
    )
    problem(response, 401)
    assert not case.assessments.exists()


@pytest.mark.parametrize("how", ["revoked", "expired", "deactivated"])
def test_a_key_that_has_ended_is_refused_at_once(api_client, case_of, how):
    case, api = case_of("advisor"), api_client()
    assert api.post("predict", {"reference": case.reference}).status_code == 200
    if how == "revoked":
        revoke_key(key=api.key, by=api.key.owner)
    elif how == "expired":
        ApiKey.objects.update(expires_at=timezone.now())
    else:
        type(api.key.owner).objects.filter(pk=api.key.owner_id).update(is_active=False)
    problem(api.post("predict", {"reference": case.reference}), 401)
    assert not AuditEvent.objects.filter(action="api_answer").exists()


@pytest.mark.parametrize(("path", "scopes"), [("predict", ["model"]), ("explain", ["predict"])])
def test_a_key_is_limited_to_its_scopes(api_client, case_of, path, scopes):
    body = problem(api_client(scopes=scopes).post(path, {"reference": case_of("advisor").reference}), 403)
    assert path in body["detail"]
    assert AuditEvent.objects.filter(action="access_denied", actor="advisor").exists()


@pytest.mark.parametrize("role", ["analyst", "auditor", "admin"])
def test_a_key_may_no_more_than_its_owner(api_client, case_of, role):
    case, api = case_of("advisor"), api_client(role)
    problem(api.post("predict", {"reference": case.reference}), 403)
    problem(api.post("explain", {"application": examples.APPLICATION}), 403)
    problem(api.post("predict/batch", {"items": [{"reference": case.reference}]}), 403)
    assert api.get("model").status_code == 200
    assert not Assessment.objects.exists()


def test_a_colleagues_case_is_403_and_an_unknown_one_404(api_client, case_of):
    case, api = case_of("advisor"), api_client("colleague")
    problem(api.post("predict", {"reference": case.reference}), 403)
    problem(api.post("predict", {"reference": "999999"}), 404)
    assert not case.assessments.exists()
    assert api_client("manager").post("predict", {"reference": case.reference}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("AMT_CREDIT", -1),
        ("AMT_CREDIT", 1e308),
        ("AMT_CREDIT", "450000"),
        ("AMT_CREDIT", True),
        ("AMT_CREDIT", None),
        ("AMT_INCOME_TOTAL", 10**400),
        ("DAYS_BIRTH", -5 * 365),
        ("DAYS_EMPLOYED", 400_000),
        ("CNT_CHILDREN", 1.5),
        ("NAME_EDUCATION_TYPE", "Wizardry"),
        ("CODE_GENDER", "X"),
        ("SHOE_SIZE", 42),
        ("TARGET", 1),
    ],
)
def test_an_impossible_value_is_refused_by_its_field(api_client, field, value):
    payload = json.dumps({"application": {**examples.APPLICATION, field: value}}).encode()
    body = problem(api_client().post("predict", payload), 422)
    assert [error["field"] for error in body["errors"]] == [f"application.{field}"]
    assert field in body["detail"]
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_a_number_that_is_not_finite_is_refused_by_its_field(api_client, number):
    payload = b'{"application": {"NAME_CONTRACT_TYPE": "Cash loans", "AMT_CREDIT": %b}}' % number
    assert "AMT_CREDIT" in problem(api_client().post("predict", payload), 422)["detail"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100, b"null trailing"])
def test_a_body_that_is_not_json_is_a_bad_request(api_client, body):
    problem(api_client().post("predict", body), 400)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 5_000])
def test_a_body_that_nests_too_deep_is_refused_before_it_is_parsed(api_client, body):
    assert "deeper than" in problem(api_client().post("predict", body), 422)["detail"]
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        [],
        "x",
        {"reference": "1", "application": examples.APPLICATION},
        {"reference": "1", "history": {}},
        {"reference": "../../etc"},
        {"reference": 100002},
        {"reference": "1", "more": 1},
    ],
)
def test_a_request_has_either_a_reference_or_an_application(api_client, payload):
    assert problem(api_client().post("predict", payload), 422)["errors"]
    assert not Assessment.objects.exists()


def test_a_body_beyond_the_limit_is_refused(api_client, monkeypatch):
    monkeypatch.setattr("creditdesk.api.auth.API_LARGEST_BODY", 100)
    problem(api_client().post("predict", {"application": examples.APPLICATION}), 413)
    assert not Assessment.objects.exists()


def test_a_key_beyond_its_rate_limit_gets_the_time_to_wait(api_client, case_of):
    case, api = case_of("advisor"), api_client(per_minute=2)
    answers = [api.post("predict", {"reference": case.reference}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem(answers[2], 429)
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert api_client(per_minute=2).post("predict", {"reference": case.reference}).status_code == 200


def test_unknown_addresses_and_methods_are_problems_too(api_client):
    problem(api_client().get("nothing"), 404)
    assert problem(api_client().get("predict"), 405)


def test_an_internal_error_shows_no_stack_trace(api_client, case_of, monkeypatch):
    monkeypatch.setattr(engine, "current", lambda: 1 / 0)
    body = problem(api_client().post("predict", {"reference": case_of("advisor").reference}), 500)
    assert "division" not in json.dumps(body)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)


# The first draw compiles the strategy, which takes seconds on a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["reference", "application", "history", "x"]), anything))
def test_any_json_object_is_validated_without_an_error_of_ours(payload):
    # Refused or accepted, nothing else.
    with suppress(ValidationError):
        assert PredictionRequest.model_validate(payload).reference
