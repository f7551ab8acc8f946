"""Simulations: the model's answer to a changed request, refused where it is invalid, stored nowhere."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.forms.simulation import SimulationForm
from creditdesk.models import Assessment, Scenario
from creditdesk.pages.simulation.page import SimulationPage
from creditdesk.services.prediction import predict
from scoring import engine
from scoring.ml.whatif.instalments import annuity_over, monthly_rate
from scoring.ml.whatif.request import translate
from tests.creditdesk.policies import published
from tests.factories import APPLICATION, assessed, decided
from tests.html import HTMX, Elements


@pytest.fixture
def case(case_of, model_in_use):
    return case_of("advisor")


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def simulate(browser, case, headers=HTMX, **fields):
    return browser.post(reverse("case_simulate", args=[case.reference]), fields, headers=headers)


def simulated(response) -> float:
    (element,) = Elements(response.content.decode()).having("data-simulation")
    return float(element["data-simulated-probability"])


def test_the_answer_is_the_prediction_for_the_changed_profile(advisor, case):
    response = simulate(advisor, case, AMT_CREDIT="380000", AMT_INCOME_TOTAL="250000")
    changed = {**case.profile.record, "AMT_CREDIT": 380000.0, "AMT_INCOME_TOTAL": 250000.0}
    assert simulated(response) == predict(engine.current(), changed, None).probability


def test_a_simulation_and_its_scenario_follow_the_policy_in_force(advisor, case, person):
    probability = predict(engine.current(), case.profile.record, None).probability
    policy = published(
        person("manager"), person("admin"), accept_below=probability / 2, refuse_from=probability * 1.5
    )
    html = simulate(advisor, case).content.decode()
    assert 'data-simulation="refer"' in html
    assert f'data-simulated-threshold="{policy.refuse_from}"' in html
    advisor.post(reverse("scenario_save", args=[case.reference]), {"scenario_name": "As it is"})
    stored = Scenario.objects.get()
    assert (stored.verdict, stored.threshold, stored.policy) == ("refer", policy.refuse_from, policy)


def test_a_simulation_is_no_assessment_and_leaves_the_case_as_it_is(advisor, case, person):
    stored = services.assess(case=case, by=person("advisor"))
    before = case.profile.digest
    html = simulate(advisor, case, AMT_CREDIT="380000").content.decode()
    assert "Simulation, not a decision" in html
    assert list(Assessment.objects.all()) == [stored]
    case.profile.refresh_from_db()
    assert case.profile.digest == before
    assert not case.decisions.exists()


def test_a_simulation_is_compared_with_the_stored_assessment(advisor, case, person):
    stored = services.assess(case=case, by=person("advisor"))
    html = simulate(advisor, case, EXT="", AMT_CREDIT="380000").content.decode()
    assert "Stored assessment" in html
    assert "comes from another model" not in html
    assert stored.verdict in html


def test_each_different_answer_is_audited_once_and_names_no_value(advisor, case):
    for credit in ("380000", "380000", "370000", "380000"):
        simulate(advisor, case, AMT_CREDIT=credit)
    events = AuditEvent.objects.filter(action="simulation", target=case.reference)
    assert [event.details["fields"] for event in events] == [["AMT_CREDIT"], ["AMT_CREDIT"]]
    assert not any("380000" in str(event.details) for event in events)


def test_a_result_whose_event_failed_is_recorded_when_it_is_requested_again(advisor, case, monkeypatch):
    events = AuditEvent.objects.filter(action="simulation", target=case.reference)

    def fail(**_event):
        raise OSError("disk full")

    with monkeypatch.context() as failing:
        failing.setattr("creditdesk.services.simulation.audit.record", fail)
        with pytest.raises(OSError, match="disk full"):
            simulate(advisor, case, AMT_CREDIT="380000")
    assert not events.exists()
    simulate(advisor, case, AMT_CREDIT="380000")
    assert events.count() == 1


def test_unchanged_fields_change_nothing(advisor, case):
    page = Elements(advisor.get(reverse("case_whatif", args=[case.reference])).content.decode())
    shown = {field["name"]: field["value"] for field in page.having("data-on-file")}
    assert len(shown) == 7
    response = simulate(advisor, case, **shown)
    assert simulated(response) == predict(engine.current(), case.profile.record, None).probability
    assert "Nothing is changed yet" in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"AMT_CREDIT": "999"}, "AMT_CREDIT", "must be between"),
        ({"AMT_CREDIT": "5000001"}, "AMT_CREDIT", "must be between"),
        ({"AMT_CREDIT": ""}, "AMT_CREDIT", "cannot be left empty"),
        ({"AMT_CREDIT": "a lot"}, "AMT_CREDIT", "enter a number"),
        ({"AMT_CREDIT": "1e308"}, "AMT_CREDIT", "must be between"),
        ({"AMT_CREDIT": "1e999"}, "AMT_CREDIT", "must be between"),
        ({"AMT_CREDIT": "nan"}, "AMT_CREDIT", "enter a number"),
        ({"AMT_CREDIT": "inf"}, "AMT_CREDIT", "enter a number"),
        ({"AMT_CREDIT": "-1"}, "AMT_CREDIT", "must be between"),
        ({"AMT_ANNUITY": "99"}, "AMT_ANNUITY", "must be between"),
        ({"AMT_ANNUITY": "400000", "AMT_CREDIT": "390000"}, "AMT_ANNUITY", "cannot be above the credit"),
        ({"AMT_ANNUITY": "100000"}, "AMT_ANNUITY", "less than 6 months"),
        ({"AMT_ANNUITY": "3000"}, "AMT_ANNUITY", "would not be repaid within 60 months"),
        ({"AMT_CREDIT": "1600000"}, "AMT_CREDIT", "is too much for goods"),
        (
            {"AMT_CREDIT": "1600000", "AMT_ANNUITY": "24700.5"},
            "AMT_ANNUITY",
            "would not be repaid within 60 months",
        ),
        ({"AMT_ANNUITY": "20000", "DURATION": "12"}, "DURATION", "not both"),
        ({"DURATION": "5"}, "DURATION", "must be between"),
        ({"DURATION": "61"}, "DURATION", "must be between"),
        ({"DOWN_PAYMENT": "-1"}, "DOWN_PAYMENT", "must be between"),
        ({"DOWN_PAYMENT": "900000"}, "DOWN_PAYMENT", "must be less than"),
        ({"AMT_GOODS_PRICE": "500000"}, "AMT_GOODS_PRICE", "is too high for a credit"),
        ({"AMT_GOODS_PRICE": "100000"}, "AMT_GOODS_PRICE", "is too much for goods"),
        ({"AMT_INCOME_TOTAL": "0"}, "AMT_INCOME_TOTAL", "must be between"),
        ({"AMT_INCOME_TOTAL": "20000001"}, "AMT_INCOME_TOTAL", "must be between"),
        ({"MONTHS_EMPLOYED": "601"}, "MONTHS_EMPLOYED", "must be between"),
        ({"MONTHS_EMPLOYED": "300"}, "MONTHS_EMPLOYED", "nobody is hired before 16"),
        ({"MONTHS_EMPLOYED": "<b>x</b>"}, "MONTHS_EMPLOYED", "enter a number"),
        ({"FLAG_DOCUMENT_3": "2"}, "FLAG_DOCUMENT_3", "not one of the available choices"),
    ],
)
def test_an_invalid_request_is_refused_at_its_field(advisor, case, fields, field, message):
    response = simulate(advisor, case, **fields)
    html = response.content.decode()
    assert response.status_code == 422
    assert field in {element["data-wrong"] for element in Elements(html).having("data-wrong")}
    assert message in html
    assert "data-simulation" not in html
    assert not AuditEvent.objects.filter(action="simulation").exists()


@pytest.mark.parametrize("bound", ["1000", "5000000"])
def test_the_bounds_themselves_are_no_error_of_the_field(advisor, case, bound):
    html = simulate(advisor, case, AMT_INCOME_TOTAL=bound).content.decode()
    assert "data-simulation" in html


@pytest.mark.parametrize("name", ["EXT_SOURCE_2", "CODE_GENDER", "DAYS_BIRTH", "AMT_BALANCE", "SK_ID_CURR"])
def test_only_editable_fields_can_be_changed(advisor, case, name):
    response = simulate(advisor, case, **{name: "0.9"})
    assert response.status_code == 422
    assert f"{name} (" in response.content.decode()


def test_a_price_above_a_smaller_credit_follows_it_and_says_so(advisor, case):
    response = simulate(advisor, case, AMT_CREDIT="300000")
    changed = {**case.profile.record, "AMT_CREDIT": 300000.0, "AMT_GOODS_PRICE": 300000.0}
    assert simulated(response) == predict(engine.current(), changed, None).probability
    assert "Price of the goods" in response.content.decode()


def test_a_simulation_of_a_decided_case_says_that_it_is_decided(advisor, case):
    decided(case)
    page = advisor.get(reverse("case_whatif", args=[case.reference])).content.decode()
    assert "This case was decided by" in page
    assert simulate(advisor, case, AMT_CREDIT="380000").status_code == 200


def test_without_a_model_the_simulation_is_refused_with_the_cause(advisor, case_of):
    response = simulate(advisor, case_of("advisor"), AMT_CREDIT="380000")
    assert response.status_code == 409
    assert "the model is not available" in response.content.decode()
    assert not AuditEvent.objects.filter(action="simulation").exists()


def test_an_auditor_cannot_simulate_and_reads_the_scenarios(client_as, case):
    auditor = client_as("auditor")
    assert simulate(auditor, case, AMT_CREDIT="380000").status_code == 403
    page = auditor.get(reverse("case_whatif", args=[case.reference])).content.decode()
    assert "data-simulation-form" not in page
    assert simulate(client_as("colleague"), case, AMT_CREDIT="380000").status_code == 404


@pytest.mark.parametrize("name", ["Zoé d’Été", "<script>alert(1)</script>", "مريم", 'O"Brien'])
def test_without_javascript_the_whole_page_answers_any_name(advisor, case_of, model_in_use, name):
    case = case_of("advisor", name=name)
    html = simulate(advisor, case, headers={}, AMT_CREDIT="380000").content.decode()
    assert html.startswith("<!doctype html>")
    assert "data-simulation" in html
    assert "<script>alert" not in html


def test_without_javascript_the_message_stands_once_at_its_field(advisor, case):
    response = simulate(advisor, case, headers={}, AMT_ANNUITY="99")
    page = Elements(response.content.decode())
    assert response.status_code == 422
    ids = [element["id"] for element in page.having("id")]
    assert len(set(ids)) == len(ids)
    (wrong,) = [element for element in page.having("aria-invalid") if element["name"] == "AMT_ANNUITY"]
    assert "AMT_ANNUITY-error" in wrong["aria-describedby"].split()


def test_a_simulation_reads_and_writes_french_numbers(advisor, case):
    advisor.cookies["django_language"] = "fr"
    assert simulate(advisor, case, AMT_CREDIT="380 000,50").status_code == 200
    assert "doit" in simulate(advisor, case, DOWN_PAYMENT="900000").content.decode()


def test_a_field_that_a_case_does_not_have_is_not_offered(advisor, case_of, model_in_use):
    revolving = case_of("advisor", application={"NAME_CONTRACT_TYPE": "Revolving loans"})
    page = advisor.get(reverse("case_whatif", args=[revolving.reference])).content.decode()
    assert 'name="DURATION"' not in page
    assert 'name="AMT_CREDIT"' in page
    assert APPLICATION["NAME_CONTRACT_TYPE"] == "Cash loans"


def test_the_reasons_that_change_most_are_those_of_the_groups_that_moved(advisor, case, person):
    services.assess(case=case, by=person("advisor"))
    page = SimulationPage(case, person("advisor"), SimulationForm(None, case.profile.record))
    request = translate(case.profile.record, {"AMT_INCOME_TOTAL": 1_000.0})
    page.simulation = services.simulate(case=case, request=request, by=person("advisor"))
    moved = [abs(shift.difference) for shift in page.group_shifts]
    assert page.is_comparable
    assert moved == sorted(moved, reverse=True)
    assert all(shift.amounts[0] != shift.amounts[1] for shift in page.group_shifts)


def test_a_stored_assessment_of_another_model_is_marked(advisor, case):
    assessed(case)
    html = simulate(advisor, case, AMT_CREDIT="380000").content.decode()
    assert "comes from another model or other data" in html


def entered(case, **fields) -> dict[str, float | None]:
    form = SimulationForm(fields, case.profile.record)
    assert form.is_valid(), form.errors
    return dict(form.request.entered)


def test_a_derived_value_is_no_entered_one_until_somebody_changes_it(case):
    derived = {"AMT_ANNUITY": "18,000.25", "derived_AMT_ANNUITY": "18,000.25"}
    assert entered(case, DURATION="24", **derived) == {"DURATION": 24.0}
    changed = {**derived, "AMT_ANNUITY": "19,000"}
    assert entered(case, **changed) == {"AMT_ANNUITY": 19000.0}


def test_an_instalment_sent_alone_counts_even_as_on_file(case):
    on_file = SimulationForm(None, case.profile.record)
    annuity, duration = (on_file[name].initial for name in ("AMT_ANNUITY", "DURATION"))
    assert entered(case, AMT_CREDIT="380000", AMT_ANNUITY=annuity)["AMT_ANNUITY"] == 24700.5
    both = entered(case, AMT_CREDIT="380000", AMT_ANNUITY=annuity, DURATION=duration)
    assert both == {"AMT_CREDIT": 380000.0}


def test_what_follows_is_shown_in_its_field_and_marked(advisor, case):
    answer = simulate(advisor, case, DURATION="36")
    (derived,) = Elements(answer.content.decode()).having("data-derived-field")
    credit, annuity = (float(APPLICATION[name]) for name in ("AMT_CREDIT", "AMT_ANNUITY"))
    expected = f"{float(annuity_over(credit, 36, monthly_rate(credit, annuity))):,.2f}"
    assert (derived["data-derived-field"], derived["value"]) == ("AMT_ANNUITY", expected)
    page = Elements(simulate(advisor, case, headers={}, DURATION="36").content.decode())
    (field,) = page.having("data-derived")
    assert (field["name"], field["value"]) == ("AMT_ANNUITY", expected)
    hidden = [element["value"] for element in page.having("name") if element["name"] == "derived_AMT_ANNUITY"]
    assert hidden == [expected]
