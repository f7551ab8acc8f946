"""The policy desk in a browser: sliders answer, two people publish, numbers work without scripts."""

import re

import pytest
from playwright.sync_api import expect

from creditdesk import services
from scoring.models import Policy
from tests.browser import axe
from tests.browser.overlaps import overlaps
from tests.browser.test_pages import sideways
from tests.creditdesk.policies import WHY, YES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
MAX_HEIGHT = {1366: 1600, 360: 3500}


@pytest.fixture
def desk(model_in_use, case_of, person) -> None:
    """Fifteen assessed cases: too few to find that a band refers all of them."""
    for _ in range(15):
        services.assess(case=case_of("advisor"), by=person("advisor"))
    person("manager"), person("admin")


def test_two_people_publish_what_the_sliders_chose(desk, page_as):
    manager = page_as("manager")
    manager.goto("/policy/desk/")
    slider = manager.locator("[data-slider-for=id_band_above]")
    expect(slider).to_be_visible()
    manager.locator("#id_threshold_rule").select_option("chosen")
    manager.locator("#id_threshold").fill("6")
    slider.fill("4")
    manager.locator("#id_reason").fill(WHY)
    manager.get_by_role("button", name="Propose").click()
    manager.wait_for_url(re.compile(r"/policy/\d+/"))
    proposal = Policy.objects.get()
    assert (proposal.status, proposal.accept_below, proposal.refuse_from) == ("proposed", 0.06, 0.1)
    admin = page_as("admin")
    admin.goto(manager.url)
    admin.get_by_label("Put this policy in force").check()
    admin.locator("#id_reason").fill(YES)
    admin.get_by_role("button", name="Record the answer").click()
    expect(admin.get_by_text("Your answer is recorded.")).to_be_visible()
    assert Policy.objects.get().version == 1


def test_figures_that_arrive_late_leave_the_typed_reason_alone(desk, page_as):
    page = page_as("manager")
    page.goto("/policy/desk/", wait_until="networkidle")
    waiting = []
    page.route(re.compile(r"/policy/desk/\?"), lambda route: waiting.append(route))
    with page.expect_request(re.compile(r"/policy/desk/\?.*threshold=7")):
        page.locator("#id_threshold_rule").select_option("chosen")
        page.locator("#id_threshold").fill("7")
    propose = page.get_by_role("button", name="Propose")
    expect(propose).to_be_disabled()
    page.locator("#id_reason").fill(WHY)
    for route in waiting:
        route.continue_()
    expect(page.locator("[data-refuse-from='0.07']")).to_be_attached()
    expect(page.locator("#proposed-terms [name=threshold]")).to_have_value("7")
    expect(page.locator("#id_reason")).to_have_value(WHY)
    expect(page.locator("#id_reason")).to_be_focused()
    propose.click()
    page.wait_for_url(re.compile(r"/policy/\d+/"))
    proposal = Policy.objects.get()
    assert (proposal.refuse_from, proposal.reason) == (0.07, WHY)


def test_the_desk_compares_without_scripts(desk, page_as):
    page = page_as("manager", java_script_enabled=False)
    page.goto("/policy/desk/")
    page.locator("#id_threshold_rule").select_option("chosen")
    page.locator("#id_threshold").fill("6")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("[data-refuse-from='0.06']")).to_be_attached()
    assert page.locator("[data-cases='15']").count() == 1


@pytest.mark.parametrize(("width", "locale"), [(360, "fr-FR"), (1366, "en-GB")])
def test_policy_pages_are_short_and_whole_on_every_screen(desk, page_as, width, locale):
    page = page_as("manager", width=width, locale=locale)
    for address in ("/policy/", "/policy/desk/?threshold_rule=chosen&threshold=6&band_above=4"):
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollHeight") <= MAX_HEIGHT[width], address
        assert axe.violations(page) == []
        assert overlaps(page) == [], address
        assert sideways(page) == 0, address
