"""Charges sent with an application: judged, stored with the assessment, judged again by a replay."""

from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command

from creditdesk.api import examples
from creditdesk.models import Assessment, DeclaredCharges
from creditdesk.monitoring import replay
from tests.creditdesk.policies import published

pytestmark = pytest.mark.django_db

CHARGES: dict[str, Any] = {"housing": 30_000.0, "loans": 6_000.0, "other": 0.0, "members": 3}
REQUEST: dict[str, Any] = {"application": examples.APPLICATION}


@pytest.fixture
def accepting(model_in_use, person):
    """A policy with the French rule, under which the score accepts everybody."""
    return published(
        person("manager"), person("admin"), accept_below=1.0, refuse_from=1.0, affordability_rule="fr-1"
    )


@pytest.mark.parametrize(
    ("charges", "verdict", "outcome", "grounds"),
    [
        (CHARGES, "accept", "met", []),
        (CHARGES | {"housing": 60_000.0}, "refer", "not_met", ["debt_ratio"]),
        (None, "refer", "missing", []),
    ],
)
def test_an_application_is_judged_by_the_charges_that_are_sent(
    api_client, accepting, charges, verdict, outcome, grounds
):
    answer = api_client().post("predict", REQUEST | {"charges": charges}).json()
    stored = Assessment.objects.get(pk=answer["assessment_id"])
    assert stored.budget
    assert (answer["verdict"], stored.verdict) == (verdict, verdict)
    assert stored.affordability_outcome == outcome
    assert stored.charges_sent == charges
    assert answer["affordability"]["grounds"] == grounds
    assert answer["affordability"]["debt_ratio"] == stored.budget.debt_ratio
    assert not list(replay.differences(Assessment.objects.all()))


def test_a_whole_number_of_people_may_be_written_with_a_point(api_client, accepting):
    answer = api_client().post("predict", REQUEST | {"charges": CHARGES | {"members": 3.0}})
    assert answer.status_code == 200
    charges = Assessment.objects.get(pk=answer.json()["assessment_id"]).charges_sent
    assert charges == CHARGES
    assert type(charges["members"]) is int


def test_each_item_of_a_batch_has_charges_of_its_own(api_client, accepting):
    items = [REQUEST | {"charges": CHARGES}, REQUEST]
    answer = api_client().post("predict/batch", {"items": items}).json()
    assert [item["verdict"] for item in answer["items"]] == ["accept", "refer"]
    stored = Assessment.objects.order_by("pk")
    assert [assessment.charges_sent for assessment in stored] == [CHARGES, None]


def test_a_replay_builds_the_budget_from_the_charges_again(api_client, accepting, monkeypatch):
    api_client().post("predict", REQUEST | {"charges": CHARGES})
    more = CHARGES | {"other": 5_000.0}
    monkeypatch.setattr(Assessment, "charges_sent", property(lambda _: more))
    with pytest.raises(CommandError, match="1"):
        call_command("replay_assessments")


def test_without_a_rule_the_answer_is_as_before_and_the_charges_are_kept(api_client, person):
    answer = api_client().post("predict", REQUEST | {"charges": CHARGES}).json()
    assert "affordability" not in answer
    stored = Assessment.objects.get(pk=answer["assessment_id"])
    assert (stored.charges_sent, stored.budget) == (CHARGES, None)


@pytest.mark.parametrize(
    ("charges", "field"),
    [
        (CHARGES | {"housing": -1}, "charges.housing"),
        (CHARGES | {"members": 0}, "charges.members"),
        (CHARGES | {"members": 2.5}, "charges.members"),
        (CHARGES | {"members": True}, "charges.members"),
        (CHARGES | {"loans": "6000"}, "charges.loans"),
        (CHARGES | {"rent": 1}, "charges.rent"),
        ({"housing": 1.0}, "charges.loans"),
    ],
)
def test_a_wrong_charge_is_refused_by_its_name(api_client, charges, field):
    answer = api_client().post("predict", REQUEST | {"charges": charges})
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Assessment.objects.exists()


def test_the_charges_of_a_stored_case_are_not_sent(api_client, case_of):
    request = {"reference": case_of("advisor").reference, "charges": CHARGES}
    answer = api_client().post("predict", orjson.dumps(request))
    assert answer.status_code == 422
    assert not Assessment.objects.exists()


def test_a_standing_assessment_of_a_case_answers_with_its_budget(api_client, accepting, case_of):
    api, reference = api_client(), case_of("advisor").reference
    first, again = (api.post("predict", {"reference": reference}).json() for _ in range(2))
    assert first == again
    assert first["affordability"]["outcome"] == "missing"


@pytest.mark.parametrize("address", ["predict", "explain", "predict/batch"])
def test_a_case_answers_with_the_charges_on_file(api_client, accepting, case_of, person, address):
    """An assessment of earlier charges does not stand, whatever way it came to be the newest."""
    api, case = api_client(), case_of("advisor")
    item = {"reference": case.reference}
    assert api.post("predict", item).json()["affordability"]["outcome"] == "missing"
    declared = DeclaredCharges.objects.create(case=case, amounts=CHARGES, declared_by=person("advisor"))
    answer = api.post(address, {"items": [item]} if "batch" in address else item).json()
    budget = (answer["items"][0] if "batch" in address else answer)["affordability"]
    stored = Assessment.objects.filter(case=case).latest("pk").budget
    assert stored
    assert stored.budget.holds(declared.amounts)
    assert budget["debt_ratio"] == stored.debt_ratio
