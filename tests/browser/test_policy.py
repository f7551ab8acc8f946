"""The policy desk in a browser: numbers work without scripts, pages are short and whole."""

import pytest
from playwright.sync_api import expect

from creditdesk import services
from tests.browser import axe
from tests.browser.overlaps import overlaps
from tests.browser.test_pages import sideways

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
