"""Idempotency-Key: a repeated request is answered once and stores nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.roles import Role
from creditdesk.api import examples
from creditdesk.models import Assessment, Case, StoredAnswer
from creditdesk.models.idempotency import RETENTION

PAYLOAD = {"application": examples.APPLICATION}


@pytest.mark.django_db
def test_a_repeated_request_gets_the_same_bytes_and_stores_nothing(api_client):
    api = api_client()
    first, again = (api.post("predict", PAYLOAD, Idempotency_Key="front-1") for _ in range(2))
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Assessment.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_from_a_standing_assessment_is_stored_too(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    api.post("predict", {"reference": case.reference})
    first, again = (
        api.post("predict", {"reference": case.reference}, Idempotency_Key="front-2") for _ in range(2)
    )
    assert first.content == again.content
    assert StoredAnswer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "payload"),
    [("predict", {"application": {**examples.APPLICATION, "AMT_CREDIT": 1.0}}), ("explain", PAYLOAD)],
)
def test_the_same_key_with_another_request_is_refused(api_client, path, payload):
    api = api_client()
    api.post("predict", PAYLOAD, Idempotency_Key="front-3")
    response = api.post(path, payload, Idempotency_Key="front-3")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert Assessment.objects.count() == 1


@pytest.mark.django_db
def test_two_clients_may_use_the_same_key(api_client):
    for api in (api_client("advisor"), api_client("colleague")):
        assert "Idempotency-Replayed" not in api.post("predict", PAYLOAD, Idempotency_Key="1")
    assert Assessment.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_request_may_be_corrected_under_the_same_key(api_client):
    api = api_client()
    assert api.post("predict", {}, Idempotency_Key="front-4").status_code == 422
    assert not StoredAnswer.objects.exists()
    corrected = api.post("predict", PAYLOAD, Idempotency_Key="front-4")
    assert corrected.json()["assessment_id"] == Assessment.objects.get().pk
    assert StoredAnswer.objects.count() == 1


@pytest.mark.django_db
def test_an_expired_answer_is_deleted(api_client):
    api = api_client()
    api.post("predict", PAYLOAD, Idempotency_Key="front-5")
    StoredAnswer.objects.update(answered_at=timezone.now() - RETENTION - timedelta(seconds=1))
    again = api.post("predict", PAYLOAD, Idempotency_Key="front-5")
    assert "Idempotency-Replayed" not in again
    assert StoredAnswer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256])
def test_an_empty_or_too_long_key_is_refused(api_client, key):
    response = api_client().post("predict", PAYLOAD, Idempotency_Key=key)
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["detail"]
    assert not Assessment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_equal_requests_at_the_same_time_one_is_recorded(api_client):
    api = api_client()

    def post(_: int) -> bytes:
        try:
            return api.post("predict", PAYLOAD, Idempotency_Key="front-6").content
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(post, range(4)))
    assert len(answers) == 1
    assert Assessment.objects.count() == 1


@pytest.mark.django_db
def test_a_replay_is_an_audit_event(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    for _ in range(3):
        api.post("predict", {"reference": case.reference}, Idempotency_Key="front-7")
    replays = AuditEvent.objects.filter(action="api_replay", actor="advisor")
    answer = StoredAnswer.objects.get()
    assert [event.details for event in replays] == [{"answer": answer.pk, "api_key": api.key.prefix}] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["predict", "predict/batch"])
def test_a_case_that_went_to_a_colleague_is_not_replayed(api_client, case_of, person, path):
    case, api = case_of("advisor"), api_client()
    item = {"reference": case.reference}
    payload = item if path == "predict" else {"items": [item, {"reference": "nobody"}]}
    assert api.post(path, payload, Idempotency_Key="front-8").status_code == 200
    Case.objects.update(advisor=person("colleague"))
    refused = api.post(path, payload, Idempotency_Key="front-8")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert AuditEvent.objects.filter(action="access_denied", actor="advisor").exists()
    assert not AuditEvent.objects.filter(action="api_replay").exists()


@pytest.mark.django_db
def test_a_role_that_was_taken_away_ends_the_replays(api_client):
    api = api_client()
    api.post("predict", PAYLOAD, Idempotency_Key="front-9")
    User.objects.filter(username="advisor").update(role=Role.ANALYST)
    assert api.post("predict", PAYLOAD, Idempotency_Key="front-9").status_code == 403


@pytest.mark.django_db
def test_a_refused_item_does_not_keep_a_batch_from_being_replayed(api_client, case_of):
    items = [{"reference": case_of(name).reference} for name in ("advisor", "colleague")]
    api = api_client()
    first, again = (api.post("predict/batch", {"items": items}, Idempotency_Key="front-10") for _ in range(2))
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
def test_an_answer_of_an_earlier_release_is_not_replayed(api_client):
    api = api_client()
    api.post("predict", PAYLOAD, Idempotency_Key="front-11")
    StoredAnswer.objects.update(references=None)
    assert api.post("predict", PAYLOAD, Idempotency_Key="front-11").status_code == 422
