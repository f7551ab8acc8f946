"""Simulation and new case in a real browser; the effects are read back from the database."""

import pytest
from playwright.sync_api import expect

from accounts.models import AuditEvent
from creditdesk.models import Case, Draft, Scenario

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
FILE = """NAME,NAME_CONTRACT_TYPE,AMT_CREDIT,AMT_ANNUITY,AMT_INCOME_TOTAL,DAYS_BIRTH
Zoé,Cash loans,1e5,5000,9e4,-9461
"""


@pytest.fixture
def case(model_in_use, case_of):
    return case_of("advisor", reference="100002", name="Zoé Lefèvre")


def test_a_slider_and_its_number_stay_in_step_and_simulate_once_at_rest(signed_in, case):
    page = signed_in("advisor")
    page.goto("/cases/100002/")
    page.get_by_role("link", name="What if").click()
    slider = page.get_by_role("slider", name="Credit (€), slider")
    slider.focus()
    for _ in range(8):
        slider.press("ArrowLeft")
    expect(page.locator("[data-simulation]")).to_be_visible()
    typed = page.locator("#id_AMT_CREDIT").input_value()
    assert float(typed.replace(",", "")) == float(slider.input_value()) < 406_597.5
    assert AuditEvent.objects.filter(action="simulation").count() <= 3
    page.locator("#id_AMT_CREDIT").fill("350,000")
    expect(slider).to_have_value("350000")


def test_an_invalid_value_is_reported_at_its_field_while_typing_goes_on(signed_in, case):
    page = signed_in("advisor")
    page.goto("/cases/100002/whatif/")
    annuity = page.locator("#id_AMT_ANNUITY")
    annuity.fill("500000")
    expect(page.locator("#AMT_ANNUITY-error")).to_contain_text("cannot be above the credit")
    expect(annuity).to_have_attribute("aria-invalid", "true")
    expect(annuity).to_be_focused()
    annuity.fill("20000")
    expect(page.locator("#AMT_ANNUITY-error")).to_be_empty()
    expect(page.locator("[data-simulation]")).to_be_visible()


def test_the_duration_replaces_the_instalment(signed_in, case):
    page = signed_in("advisor")
    page.goto("/cases/100002/whatif/")
    annuity, duration = page.locator("#id_AMT_ANNUITY"), page.locator("#id_DURATION")
    on_file = annuity.input_value()
    annuity.fill("20000")
    expect(duration).to_have_attribute("data-derived", "")
    expect(page.locator("#DURATION-derived")).to_be_visible()
    duration.fill("36")
    expect(annuity).to_have_attribute("data-derived", "")
    expect(annuity).not_to_have_value(on_file)
    expect(annuity).not_to_have_value("20000")
    expect(page.locator("#DURATION-derived")).to_be_hidden()
    page.locator("#id_scenario_name").fill("Longer")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("[data-scenario=Longer]")).to_be_visible()
    assert Scenario.objects.get().entered == {"DURATION": 36.0}


def test_the_instalment_follows_a_lower_credit_and_goes_back_with_it(signed_in, case):
    page = signed_in("advisor")
    page.goto("/cases/100002/whatif/")
    credit, annuity = page.locator("#id_AMT_CREDIT"), page.locator("#id_AMT_ANNUITY")
    on_file = annuity.input_value()
    credit.fill("203298.75")
    expect(annuity).to_have_value("12,350.25")
    expect(page.locator("#AMT_ANNUITY-derived")).to_be_visible()
    credit.fill("406597.5")
    expect(annuity).to_have_value(on_file)
    expect(page.locator("#AMT_ANNUITY-derived")).to_be_hidden()
    annuity.fill("24,700.50")
    credit.fill("380000")
    expect(page.locator("#simulation-result")).to_contain_text("380,000")
    expect(annuity).to_have_value("24,700.50")


def test_without_javascript_the_form_simulates_and_saves(signed_in, case):
    page = signed_in("advisor", javascript=False)
    page.goto("/cases/100002/whatif/")
    page.locator("#id_AMT_CREDIT").fill("380000")
    page.get_by_role("button", name="Simulate").click()
    expect(page.locator("[data-simulation]")).to_be_visible()
    page.locator("#id_AMT_CREDIT").fill("380000")
    page.locator("#id_scenario_name").fill("Smaller")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("[data-scenario=Smaller]")).to_be_visible()


def test_a_draft_is_saved_while_typing_and_a_dropped_file_fills_the_form(signed_in, model_in_use):
    page = signed_in("advisor")
    page.goto("/cases/new/")
    page.locator("#id_client_name").fill("Élodie")
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    assert Draft.objects.get().answers["client_name"] == "Élodie"
    expect(page.locator("#progress")).to_have_attribute("data-answered", "2")
    files = page.evaluate_handle(
        "text => { const d = new DataTransfer(); d.items.add(new File([text], 'client.csv')); return d; }",
        FILE,
    )
    page.locator("[data-dropzone]").dispatch_event("drop", {"dataTransfer": files})
    expect(page.locator("#id_client_name")).to_have_value("Zoé")
    page.get_by_role("button", name="Open the case").click()
    page.locator("[data-verdict]").first.wait_for()
    assert Case.objects.get().client.name == "Zoé"
