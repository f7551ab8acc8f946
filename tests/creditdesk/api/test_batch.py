"""Many questions at once: each for itself, all with the numbers that one alone would be told."""

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


def ask(api, *items, **more):
    return api.post("predict/batch", {"items": items, **more})


def told(response) -> Any:
    """What was answered; with contributions it comes in parts."""
    return orjson.loads(response.getvalue())


def test_each_item_is_answered_or_its_problem_named(api_client, case_of):
    mine, other = case_of("advisor"), case_of("colleague")
    wrong = {"application": {**examples.APPLICATION, "AMT_CREDIT": -1}}
    items = [
        {"reference": mine.reference},
        wrong,
        {"reference": "999999"},
        {"reference": other.reference},
        examples.APPLICATION_REQUEST,
        7,
    ]
    answer = ask(api_client(), *items).json()
    assert (answer["answered"], answer["failed"]) == (2, 4)
    assert [item["index"] for item in answer["items"]] == list(range(6))
    statuses = {i: item["problem"]["status"] for i, item in enumerate(answer["items"]) if "problem" in item}
    assert statuses == {1: 422, 2: 404, 3: 403, 5: 422}
    assert "application.AMT_CREDIT" in answer["items"][1]["problem"]["detail"]


@pytest.mark.parametrize("explained", [False, True])
def test_the_numbers_are_those_of_one_alone(api_client, case_of, explained):
    cases = [case_of("advisor", application={"AMT_CREDIT": 1e5 * n}) for n in range(1, 5)]
    api = api_client()
    many = told(ask(api, *({"reference": case.reference} for case in cases), contributions=explained))
    for case, item in zip(cases, many["items"], strict=True):
        Assessment.objects.get(pk=item["assessment_id"])
        alone = api.post("explain", {"application": case.profile.application}).json()
        assert item["probability"] == alone["probability"]
        assert item["verdict"] == alone["verdict"]
        if explained:
            one_by_one = {part["feature"]: part["contribution"] for part in alone["contributions"]}
            assert item["contributions"] == one_by_one
            assert list(item["contributions"]) == [part["feature"] for part in alone["contributions"]]
            assert item["reasons"] == alone["reasons"]


def test_every_answer_is_evidence_that_a_replay_confirms(api_client, case_of):
    case = case_of("advisor")
    ask(api_client(), {"reference": case.reference}, examples.APPLICATION_REQUEST)
    ask(api_client(), {"reference": case.reference}, examples.APPLICATION_REQUEST, contributions=True)
    assert Assessment.objects.count() == 4
    assert list(differences(Assessment.objects.all())) == []


def test_what_cannot_be_explained_is_not_put_on_the_case(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    ask(api, {"reference": case.reference})
    case.refresh_from_db()
    assert case.latest_assessment is None
    item = told(ask(api, {"reference": case.reference}, contributions=True))["items"][0]
    case.refresh_from_db()
    assert case.latest_assessment_id == item["assessment_id"]
    again = ask(api, {"reference": case.reference}).json()["items"][0]
    assert again["assessment_id"] == item["assessment_id"]


def test_a_batch_is_one_event_that_names_its_assessments(api_client, case_of):
    api, case = api_client(), case_of("advisor")
    items = ask(api, {"reference": case.reference}, examples.APPLICATION_REQUEST).json()["items"]
    event = AuditEvent.objects.get(action="api_batch")
    assert event.details["assessments"] == [item["assessment_id"] for item in items]
    assert event.details["api_key"] == api.key.prefix


def test_contributions_need_the_scope_of_explanations(api_client, case_of):
    api = api_client(scopes=["predict"])
    reference = case_of("advisor").reference
    assert ask(api, {"reference": reference}, contributions=True).status_code == 403
    assert ask(api, {"reference": reference}).status_code == 200


@pytest.mark.parametrize("items", [[], [{"reference": "1"}] * (MAX_ITEMS + 1), "x"])
def test_a_batch_has_between_one_and_a_thousand_items(api_client, items):
    assert api_client().post("predict/batch", {"items": items}).status_code == 422


@pytest.mark.parametrize("explained", [False, True])
@pytest.mark.parametrize("block", [idempotency.BLOCK, 100])
def test_a_batch_may_be_repeated_safely(api_client, explained, block, monkeypatch):
    monkeypatch.setattr(idempotency, "BLOCK", block)
    api, sent = api_client(), {"items": [examples.APPLICATION_REQUEST], "contributions": explained}
    first, again = (api.post("predict/batch", sent, Idempotency_Key="b1").getvalue() for _ in range(2))
    assert first == again
    assert Assessment.objects.count() == 1


def test_an_answer_in_parts_is_in_the_language_asked_for_whoever_sends_it(api_client):
    sent = {"items": [examples.APPLICATION_REQUEST], "contributions": True}
    response = api_client().post("predict/batch", sent, Accept_Language="fr")
    with override("en"):
        (item,) = told(response)["items"]
    kept = Assessment.objects.get(pk=item["assessment_id"])
    assert kept.reasons
    assert [reason["text"] for reason in item["reasons"]] == [one["text_fr"] for one in kept.reasons]
