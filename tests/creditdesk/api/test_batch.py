"""Batches: each item is answered on its own, with the numbers of a single request."""

from typing import Any

import orjson
import pytest
from django.utils.translation import override

from accounts.models import AuditEvent
from creditdesk.api import examples, idempotency
from creditdesk.api.request_schemas import MAX_ITEMS
from creditdesk.models import Assessment
from creditdesk.monitoring.replay import differences

pytestmark = pytest.mark.django_db


def post_batch(api, *items, **more):
    return api.post("predict/batch", {"items": items, **more})


def body_of(response) -> Any:
    """The body of a response; with contributions it is streamed."""
    return orjson.loads(response.getvalue())


def test_each_item_is_answered_or_its_problem_named(api_client, case_of):
    own_case, colleagues_case = case_of("advisor"), case_of("colleague")
    invalid = {"application": {**examples.APPLICATION, "AMT_CREDIT": -1}}
    items = [
        {"reference": own_case.reference},
        invalid,
        {"reference": "999999"},
        {"reference": colleagues_case.reference},
        examples.APPLICATION_REQUEST,
        7,
    ]
    answer = post_batch(api_client(), *items).json()
    assert (answer["answered"], answer["failed"]) == (2, 4)
    assert [item["index"] for item in answer["items"]] == list(range(6))
    statuses = {i: item["problem"]["status"] for i, item in enumerate(answer["items"]) if "problem" in item}
    assert statuses == {1: 422, 2: 404, 3: 403, 5: 422}
    assert "application.AMT_CREDIT" in answer["items"][1]["problem"]["detail"]


@pytest.mark.parametrize("explained", [False, True])
def test_the_numbers_are_those_of_single_requests(api_client, case_of, explained):
    cases = [case_of("advisor", application={"AMT_CREDIT": 1e5 * n}) for n in range(1, 5)]
    api = api_client()
    batch = body_of(
        post_batch(api, *({"reference": case.reference} for case in cases), contributions=explained)
    )
    for case, item in zip(cases, batch["items"], strict=True):
        Assessment.objects.get(pk=item["assessment_id"])
        single = api.post("explain", {"application": case.profile.application}).json()
        assert item["probability"] == single["probability"]
        assert item["verdict"] == single["verdict"]
        if explained:
            expected = {part["feature"]: part["contribution"] for part in single["contributions"]}
            assert item["contributions"] == expected
            assert list(item["contributions"]) == [part["feature"] for part in single["contributions"]]
            assert item["reasons"] == single["reasons"]


def test_every_answer_is_evidence_that_a_replay_confirms(api_client, case_of):
    case = case_of("advisor")
    post_batch(api_client(), {"reference": case.reference}, examples.APPLICATION_REQUEST)
    post_batch(api_client(), {"reference": case.reference}, examples.APPLICATION_REQUEST, contributions=True)
    assert Assessment.objects.count() == 4
    assert list(differences(Assessment.objects.all())) == []


def test_an_assessment_without_contributions_does_not_become_the_cases_newest(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    post_batch(api, {"reference": case.reference})
    case.refresh_from_db()
    assert case.latest_assessment is None
    item = body_of(post_batch(api, {"reference": case.reference}, contributions=True))["items"][0]
    case.refresh_from_db()
    assert case.latest_assessment_id == item["assessment_id"]
    again = post_batch(api, {"reference": case.reference}).json()["items"][0]
    assert again["assessment_id"] == item["assessment_id"]


def test_a_batch_is_one_event_that_names_its_assessments(api_client, case_of):
    api, case = api_client(), case_of("advisor")
    items = post_batch(api, {"reference": case.reference}, examples.APPLICATION_REQUEST).json()["items"]
    event = AuditEvent.objects.get(action="api_batch")
    assert event.details["assessments"] == [item["assessment_id"] for item in items]
    assert event.details["api_key"] == api.key.prefix


def test_contributions_need_the_scope_of_explanations(api_client, case_of):
    api = api_client(scopes=["predict"])
    reference = case_of("advisor").reference
    assert post_batch(api, {"reference": reference}, contributions=True).status_code == 403
    assert not Assessment.objects.exists()
    (item,) = post_batch(api, {"reference": reference}).json()["items"]
    assert item["assessment_id"] == Assessment.objects.get().pk
    assert "contributions" not in item


@pytest.mark.parametrize("items", [[], [{"reference": "1"}] * (MAX_ITEMS + 1), "x"])
def test_a_batch_has_between_one_and_a_thousand_items(api_client, items):
    response = api_client().post("predict/batch", {"items": items})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["items"]
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("explained", [False, True])
@pytest.mark.parametrize("block", [idempotency.BLOCK, 100])
def test_a_batch_may_be_repeated_safely(api_client, explained, block, monkeypatch):
    monkeypatch.setattr(idempotency, "BLOCK", block)
    api, payload = api_client(), {"items": [examples.APPLICATION_REQUEST], "contributions": explained}
    first, again = (api.post("predict/batch", payload, Idempotency_Key="b1").getvalue() for _ in range(2))
    assert first == again
    assert Assessment.objects.count() == 1


def test_a_streamed_answer_is_in_the_language_of_its_request(api_client):
    payload = {"items": [examples.APPLICATION_REQUEST], "contributions": True}
    response = api_client().post("predict/batch", payload, Accept_Language="fr")
    with override("en"):
        (item,) = body_of(response)["items"]
    assessment = Assessment.objects.get(pk=item["assessment_id"])
    assert assessment.reasons
    assert [reason["text"] for reason in item["reasons"]] == [
        reason.text_fr for reason in assessment.shown_reasons
    ]


def test_cases_that_were_refused_inside_a_batch_are_audited(api_client, case_of):
    own, colleagues = case_of("advisor"), [case_of("colleague") for _ in range(2)]
    items = [{"reference": case.reference} for case in (own, *colleagues)]
    api = api_client()
    post_batch(api, *items, {"reference": "nobody"})
    (event,) = AuditEvent.objects.filter(action="access_denied")
    assert (event.actor, event.target) == ("advisor", "/api/v1/predict/batch")
    assert event.details["api_key"] == api.key.prefix
    assert event.details["references"] == [case.reference for case in colleagues]


def test_a_batch_without_a_refusal_records_none(api_client, case_of):
    post_batch(api_client(), {"reference": case_of("advisor").reference}, {"reference": "nobody"})
    assert not AuditEvent.objects.filter(action="access_denied").exists()
