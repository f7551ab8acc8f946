"""First minutes of a newcomer: each role by one click, and the guided path of the demo from start to end."""

import csv

import pytest
from playwright.sync_api import Page, expect

from accounts.demo_people import PEOPLE
from accounts.models import AuditEvent
from creditdesk.models import Case, Decision
from tests.browser.chromium import HAS_PDF_VIEWER
from tests.browser.test_pages import sideways
from tests.factories import UserFactory, assessed, decided

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
ACTS = {"sign_in", "assessment", "simulation", "decision", "export"}


@pytest.fixture
def demo(settings, model_in_use, case_of) -> Case:
    settings.DEMO_SIGN_IN = True
    for username, (role, first_name, last_name) in PEOPLE.items():
        UserFactory(username=username, role=role, first_name=first_name, last_name=last_name)
    refused = case_of("advisor", reference="500001", name="Paul Martin", origin=Case.Origin.DEMO)
    decided(assessed(refused, 0.3, "refuse"), "refuse")
    case: Case = case_of("advisor", reference="500002", name="Zoé Lefèvre", origin=Case.Origin.DEMO)
    return case


def take(page: Page, step: str) -> None:
    """Go back by the link at the foot of the page, and on to a step of the path."""
    if "/demo/" not in page.url:
        page.locator(".footer a[href='/demo/']").click()
    page.locator(f"[name=step][value={step}]").click()
    page.wait_for_url(lambda url: "/demo/" not in url)


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_a_newcomer_walks_the_whole_path_with_the_mouse_alone(page_as, demo, tmp_path, locale, width):
    page = page_as("", width=width, locale=locale, accept_downloads=True)
    page.goto("/")
    take(page, "search")
    page.locator("main input[type=search]").fill("lefevre")
    expect(page.locator("[data-row]")).to_have_count(1)

    take(page, "verdict")
    expect(page.locator("[data-verdict]").first).to_be_visible()
    expect(page.locator("[data-reason]").first).to_be_visible()

    take(page, "what_if")
    expect(page.locator("#simulation-panel")).to_be_in_viewport()
    page.locator("#id_AMT_CREDIT").fill("200000")
    expect(page.locator("[data-simulated-probability]").first).to_be_visible()
    assert sideways(page) == 0

    take(page, "decide")
    expect(page.locator("#decision")).to_be_in_viewport()
    verdict = page.locator("[data-verdict]").first.get_attribute("data-verdict")
    page.locator(f"#decision label:has(input[name=outcome][value={verdict}])").click()
    page.locator("#decision form button[type=submit]").first.click()
    page.locator("[data-confirm-yes]").click()
    expect(page.locator("#decision .decision-next")).to_be_visible()
    assert Decision.objects.get(case=demo).outcome == verdict

    page.locator(".footer a[href='/demo/']").click()
    arrives = page.expect_navigation(url="**/letter.pdf") if HAS_PDF_VIEWER else page.expect_download()
    with arrives, page.expect_response(lambda response: response.url.endswith("/letter.pdf")) as letter:
        page.locator("[name=step][value=letter]").click(no_wait_after=True)
    assert letter.value.status == 200
    assert letter.value.headers["content-type"] == "application/pdf"

    page.goto("/demo/")
    take(page, "export")
    with page.expect_download() as download:
        page.locator("#export button").first.click()
    download.value.save_as(tmp_path / "cases.csv")
    with (tmp_path / "cases.csv").open(encoding="utf-8") as file:
        exported = {row["reference"]: row["outcome"] for row in csv.DictReader(file)}
    assert exported["500002"] == verdict

    page.goto("/demo/")
    take(page, "audit")
    expect(page.locator("#result_list")).to_contain_text("500002")
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= ACTS


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_each_role_is_one_click_away_on_a_narrow_screen(page_as, demo, locale):
    page = page_as("", width=360, locale=locale)
    for username in PEOPLE:
        page.goto("/demo/")
        with page.expect_response("**/demo/sign-in/"):
            page.locator(f"[name=person][value={username}]").click()
        page.wait_for_url(lambda url: "/demo/" not in url)
        expect(page.locator("main h1").first).to_be_visible()
        signed_in = AuditEvent.objects.filter(action="sign_in").latest("pk")
        assert signed_in.actor == username
