"""client_key beside an application: finds the person, lists what the caller may see, is erased with them."""

import pytest
from django.test import TestCase

from creditdesk.models import Assessment, ClientKey, DataKey, StoredAnswer
from creditdesk.monitoring import replay
from creditdesk.services.personal_data.erasure import erase_client
from tests.factories import APPLICATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of):
    case = case_of("advisor", name="Zoé Lefèvre")
    ClientKey.objects.create(client=case.client, key="K-7")
    return case


def sent(key: str = "K-7") -> dict[str, object]:
    return {"application": APPLICATION, "client_key": key}


def test_the_answer_lists_the_clients_cases_as_far_as_the_caller_may_see_them(api_client, case):
    for path in ("predict", "explain"):
        assert api_client("advisor").post(path, sent()).json()["client_cases"] == [case.reference]
        assert api_client("colleague").post(path, sent()).json()["client_cases"] == []
        assert api_client("advisor").post(path, sent("K-8")).json()["client_cases"] == []
    assert "client_cases" not in api_client().post("predict", {"application": APPLICATION}).json()


def test_a_batch_answers_each_item_about_its_own_client(api_client, case):
    items = [sent(), {"application": APPLICATION}, sent("K-8"), sent("K 8")]
    answered = api_client().post("predict/batch", {"items": items}).json()
    assert [item.get("client_cases") for item in answered["items"]] == [[case.reference], None, [], None]
    assert answered["items"][3]["problem"]["errors"][0]["field"] == "client_key"
    stored = [Assessment.objects.get(pk=item["assessment_id"]).client for item in answered["items"][:3]]
    assert stored == [case.client, None, None]


def test_the_application_is_erased_with_the_client_and_not_before(api_client, case, person):
    program = api_client()
    number = program.post("predict", sent(), Idempotency_Key="a").json()["assessment_id"]
    assessment = Assessment.objects.get(pk=number)
    assert (assessment.client, assessment.case) == (case.client, None)
    assert not DataKey.objects.filter(day__isnull=False).exists()
    assert list(replay.differences(Assessment.objects.all())) == []
    with TestCase.captureOnCommitCallbacks(execute=True):
        proof = erase_client(client=case.client, by=person("manager"), approved_by=person("admin"))
    assert proof.plan.rows["assessments"] == 1
    erased = Assessment.objects.get(pk=number)
    assert (erased.packed_inputs, erased.inputs, StoredAnswer.objects.count()) == (b"", {}, 0)
    assert list(replay.erased(Assessment.objects.all())) == [assessment]
    assert program.post("predict", sent()).json()["client_cases"] == []


@pytest.mark.parametrize("key", ["", "K 7", "x" * 65, 7, "K-7\n"])
def test_a_malformed_key_is_named(api_client, case, key):
    answer = api_client().post("predict", {"application": APPLICATION, "client_key": key})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "client_key")


def test_a_key_beside_a_reference_is_refused(api_client, case):
    answer = api_client().post("predict", {"reference": case.reference, "client_key": "K-7"})
    assert answer.status_code == 422
