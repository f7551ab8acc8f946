"""Scenarios: simulations saved by name, compared, and deleted by their author alone."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from creditdesk.models import Scenario
from creditdesk.services.prediction import predict
from scoring import engine
from tests.html import HTMX, Elements


@pytest.fixture
def case(case_of, model_in_use):
    return case_of("advisor")


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def save(browser, case, **fields):
    return browser.post(reverse("scenario_save", args=[case.reference]), fields, headers=HTMX)


def test_a_scenario_stores_the_entered_values_and_the_answer(advisor, case):
    save(advisor, case, AMT_CREDIT="380000", scenario_name="Smaller")
    row = Scenario.objects.get()
    changes = {"AMT_CREDIT": 380000.0, "AMT_ANNUITY": 23084.72}
    changed = {**case.profile.record, **changes}
    model = engine.current()
    assert (row.entered, row.changes) == ({"AMT_CREDIT": 380000.0}, changes)
    assert row.probability == predict(model, changed, None).probability
    assert (row.model_version, row.model_digest, row.by.username) == ("tiny-1", model.digest, "advisor")
    assert AuditEvent.objects.get(action="scenario_saved").details["scenario"] == row.pk


def test_scenarios_stand_side_by_side_and_open_again(advisor, case):
    save(advisor, case, AMT_CREDIT="380000", scenario_name="Smaller")
    html = save(advisor, case, DURATION="36", scenario_name="Longer <i>").content.decode()
    shown = [element["data-scenario"] for element in Elements(html).having("data-scenario")]
    assert shown == ["Smaller", "Longer <i>"]
    assert "<i>" not in html
    smaller = next(row for row in Scenario.objects.all() if row.name == "Smaller")
    page = advisor.get(f"{reverse('case_whatif', args=[case.reference])}?scenario={smaller.pk}")
    fields = {
        field["name"]: field["value"] for field in Elements(page.content.decode()).having("data-on-file")
    }
    assert fields["AMT_CREDIT"] == "380,000"


def test_a_scenario_needs_a_name_of_its_own(advisor, case):
    assert save(advisor, case, AMT_CREDIT="380000", scenario_name=" ").status_code == 422
    save(advisor, case, AMT_CREDIT="380000", scenario_name="Smaller")
    response = save(advisor, case, AMT_CREDIT="370000", scenario_name="Smaller")
    assert response.status_code == 409
    assert "choose another" in response.content.decode()
    assert Scenario.objects.count() == 1


def test_nobody_deletes_a_colleagues_scenario(advisor, client_as, case):
    save(advisor, case, AMT_CREDIT="380000", scenario_name="Smaller")
    delete = reverse("scenario_delete", args=[case.reference])
    chosen = {"scenario": str(Scenario.objects.get().pk)}
    assert client_as("manager").post(delete, chosen).status_code == 409
    assert Scenario.objects.exists()
    # Python refuses to read a number of so many digits.
    assert advisor.post(delete, {"scenario": "9" * 5000}).status_code == 409
    advisor.post(delete, chosen)
    assert not Scenario.objects.exists()
    assert AuditEvent.objects.filter(action="scenario_deleted", actor="advisor").exists()
