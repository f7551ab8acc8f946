"""An erased case in the API: gone, with a problem that says so, and no stored answer of it is left."""

import pytest
from django.test import TestCase

from creditdesk.models import Case, StoredAnswer
from creditdesk.services.personal_data.erasure import erase_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(case_of) -> Case:
    return case_of("advisor")


def erase(case: Case, person) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        erase_client(client=case.client, by=person("manager"), approved_by=person("admin"))


def test_stored_answers_that_name_the_case_go_with_it(case, person, api_client):
    program = api_client("advisor")
    assert program.post("predict", {"reference": case.reference}, Idempotency_Key="a").status_code == 200
    assert StoredAnswer.objects.count() == 1
    erase(case, person)
    assert not StoredAnswer.objects.exists()


def test_the_api_answers_gone(case, person, api_client):
    program = api_client("advisor")
    erase(case, person)
    for path in ("predict", "explain"):
        answer = program.post(path, {"reference": case.reference})
        assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
        assert "erased" in answer.json()["detail"]
    batch = program.post("predict/batch", {"items": [{"reference": case.reference}]}).json()
    assert (batch["failed"], batch["items"][0]["problem"]["status"]) == (1, 410)
