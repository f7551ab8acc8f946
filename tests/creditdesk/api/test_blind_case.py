"""A key of an advisor gets no verdict of a blind case: by its reference, by its inputs, or in a batch."""

import orjson
import pytest

from accounts.models import AuditEvent, User
from accounts.roles import Role
from creditdesk import services
from creditdesk.models import Assessment, BlindDraw
from tests.creditdesk.blind import assessed_blind
from tests.factories import APPLICATION

pytestmark = pytest.mark.django_db
SCOPES = ["predict", "explain"]


def test_a_blind_case_is_answered_after_the_opinion_alone(api_client, case_of, person, settings):
    client = api_client("advisor", scopes=SCOPES)
    case = assessed_blind(case_of("advisor"), settings, person("advisor"))
    for path in ("predict", "explain"):
        response = client.post(path, {"reference": case.reference})
        assert response.status_code == 403
        assert "probability" not in response.json()
    services.give_opinion(case=case, outcome="accept", by=person("advisor"))
    answer = client.post("predict", {"reference": case.reference}).json()
    assert case.latest_assessment
    assert answer["probability"] == case.latest_assessment.probability


def test_its_inputs_without_the_reference_get_no_verdict_either(api_client, case_of, person, settings):
    client = api_client("advisor", scopes=SCOPES)
    case = assessed_blind(case_of("advisor"), settings, person("advisor"))
    same, other = ({"application": {**APPLICATION, **more}} for more in ({}, {"AMT_CREDIT": 300_000.0}))
    assert client.post("predict", same).status_code == 403
    assert client.post("predict", other).status_code == 200
    items = client.post("predict/batch", {"items": [same, {"reference": case.reference}, other]}).json()[
        "items"
    ]
    assert [item.get("problem", {}).get("status") for item in items] == [403, 403, None]
    assert "probability" in items[2]


def test_its_number_with_other_inputs_gets_no_verdict_either(api_client, case_of, person, settings):
    """One more in the amount would give its verdict away all the same."""
    client = api_client("advisor", scopes=SCOPES)
    drawn = assessed_blind(case_of("advisor"), settings, person("advisor"))
    settings.BLIND_SHARE = 1.0
    unassessed, elsewhere = case_of("advisor").reference, "987654"
    changed = [
        {"application": {**APPLICATION, "AMT_CREDIT": 406_598.5, "SK_ID_CURR": int(number)}}
        for number in (drawn.reference, unassessed, elsewhere)
    ]
    assert [client.post("predict", item).status_code for item in changed] == [403, 403, 200]
    items = client.post("predict/batch", {"items": changed}).json()["items"]
    assert [item.get("problem", {}).get("status") for item in items] == [403, 403, None]
    assert Assessment.objects.filter(case=None).count() == 2
    services.give_opinion(case=drawn, outcome="accept", by=person("advisor"))
    assert client.post("predict", changed[0]).status_code == 200


def test_a_case_that_the_answer_would_draw_is_not_scored(api_client, case_of, settings):
    settings.BLIND_SHARE = 1.0
    case = case_of("advisor")
    client = api_client("advisor", scopes=SCOPES)
    assert client.post("predict", {"reference": case.reference}).status_code == 403
    assert client.post("predict/batch", {"items": [{"reference": case.reference}]}).json()["failed"] == 1
    assert not Assessment.objects.filter(case=case).exists()


def test_a_key_of_a_manager_draws_the_case_and_is_answered(api_client, case_of, settings):
    settings.BLIND_SHARE = 1.0
    first, second = case_of("advisor"), case_of("advisor")
    client = api_client("manager", scopes=SCOPES)
    assert client.post("predict", {"reference": first.reference}).status_code == 200
    batch = client.post("predict/batch", {"items": [{"reference": second.reference}], "contributions": True})
    assert orjson.loads(b"".join(batch))["answered"] == 1
    assert set(BlindDraw.objects.values_list("case", flat=True)) == {first.pk, second.pk}
    assert api_client("advisor").post("predict", {"reference": second.reference}).status_code == 403


def test_a_stored_answer_is_not_sent_again_to_who_is_to_give_an_opinion_first(api_client, case_of, settings):
    """Who sent the request as a manager is an advisor since."""
    settings.BLIND_SHARE = 1.0
    case, client = case_of("manager"), api_client("manager", scopes=SCOPES)
    question = {"reference": case.reference}
    assert "probability" in client.post("predict", question, Idempotency_Key="a").json()
    User.objects.filter(username="manager").update(role=Role.ADVISOR)
    again = client.post("predict", question, Idempotency_Key="a")
    assert again.status_code == 403
    assert "probability" not in again.json()
    assert not AuditEvent.objects.filter(action="api_replay").exists()
