"""An Idempotency-Key: the same question is answered once, whatever the network repeats."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from creditdesk.api import examples
from creditdesk.models import Assessment, StoredAnswer
from creditdesk.models.idempotency import RETENTION

SENT = {"application": examples.APPLICATION}


@pytest.mark.django_db
def test_a_repetition_is_told_the_same_and_stores_nothing(api_client):
    api = api_client()
    first, again = (api.post("predict", SENT, Idempotency_Key="front-1") for _ in range(2))
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Assessment.objects.count() == 1


@pytest.mark.django_db
def test_a_standing_assessment_too_is_told_once(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    api.post("predict", {"reference": case.reference})
    first, again = (
        api.post("predict", {"reference": case.reference}, Idempotency_Key="front-2") for _ in range(2)
    )
    assert first.content == again.content
    assert StoredAnswer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "question"),
    [("predict", {"application": {**examples.APPLICATION, "AMT_CREDIT": 1.0}}), ("explain", SENT)],
)
def test_the_same_key_for_another_question_is_refused(api_client, path, question):
    api = api_client()
    api.post("predict", SENT, Idempotency_Key="front-3")
    response = api.post(path, question, Idempotency_Key="front-3")
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert Assessment.objects.count() == 1


@pytest.mark.django_db
def test_two_programs_may_use_the_same_key(api_client):
    for api in (api_client("advisor"), api_client("colleague")):
        assert "Idempotency-Replayed" not in api.post("predict", SENT, Idempotency_Key="1")
    assert Assessment.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_question_may_be_corrected_under_the_same_key(api_client):
    api = api_client()
    assert api.post("predict", {}, Idempotency_Key="front-4").status_code == 422
    assert api.post("predict", SENT, Idempotency_Key="front-4").status_code == 200


@pytest.mark.django_db
def test_an_expired_answer_is_forgotten(api_client):
    api = api_client()
    api.post("predict", SENT, Idempotency_Key="front-5")
    StoredAnswer.objects.update(answered_at=timezone.now() - RETENTION - timedelta(seconds=1))
    again = api.post("predict", SENT, Idempotency_Key="front-5")
    assert "Idempotency-Replayed" not in again
    assert StoredAnswer.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_sane_length(api_client, key):
    assert api_client().post("predict", SENT, Idempotency_Key=key).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_of_equal_questions_at_once_one_is_answered(api_client):
    api = api_client()

    def ask(_: int) -> bytes:
        try:
            return api.post("predict", SENT, Idempotency_Key="front-6").content
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        told = set(threads.map(ask, range(4)))
    assert len(told) == 1
    assert Assessment.objects.count() == 1
