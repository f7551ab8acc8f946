"""Every flow with Tab, Enter, Space and arrows, single keys turned off; read back from the database."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from creditdesk import services
from creditdesk.models import BlindOpinion, Case, Contest, Decision, Escalation, Letter
from scoring import services as versions
from tests.browser.conftest import PASSWORD
from tests.creditdesk.blind import assessed_blind
from tests.scoring.modelfolder import tiny_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
MAX_TABS_TO_THE_DECISION = 4
# No page has more stops than this: a flow that needs more has lost its way.
MAX_TABS = 90
STATEMENT = "My income has risen since, and the loan at the other bank is repaid."
REASON = "The employer must be called before anything is decided."


@pytest.fixture
def case(settings, tmp_path, case_of) -> Case:
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="explained-1", explain=True)
    versions.activate(version=versions.register(name="explained-1", by=None), by=None, reason="")
    case_of("advisor", reference="100001", name="Paul Martin", amount_credit=100_000)
    return case_of("advisor", reference="100002", name="Zoé Lefèvre", amount_credit=100_000)


@pytest.fixture
def without_single_keys(signed_in) -> Callable[[str], Page]:
    """A window of an advisor who has turned single keys off, on that page."""

    def open_page(address: str) -> Page:
        page = signed_in("advisor")
        User.objects.filter(username="advisor").update(has_single_keys=False)
        page.goto(address)
        return page

    return open_page


def tab_to(page: Page, selector: str, most: int = MAX_TABS) -> int:
    """Press Tab until the focus is on what the selector finds; return how often."""
    for presses in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return presses
    raise AssertionError(f"{selector} is not among the next {most} stops of {page.url}")


def decided_like_the_verdict(case: Case, person) -> None:
    assessment = services.assess(case=case, by=person("advisor"))
    services.decide(
        case=case,
        assessment=assessment,
        outcome=assessment.verdict,
        by=person("advisor"),
        reason_code="",
        reason="",
    )


def test_sign_in(window, people):
    people("advisor")
    page = window()
    page.goto("/")
    if not page.evaluate("document.activeElement.name === 'login'"):
        tab_to(page, "[name=login]")
    page.keyboard.type("advisor")
    tab_to(page, "[name=password]", 1)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/")


def test_search_and_read_every_tab(without_single_keys, case):
    page = without_single_keys("/cases/")
    tab_to(page, "[data-search]")
    page.keyboard.type("lefevre")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/100002/")
    for tab in ("why", "whatif", "compare", "client", "history"):
        # The tab before has loaded all its parts.
        page.wait_for_load_state("networkidle")
        tab_to(page, f"#tab-{tab}")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(rf"/cases/100002/{tab}/"))
        expect(page.locator(f"#tab-{tab}")).to_be_focused()


def test_the_decision_is_four_tabs_away_and_recorded_by_two_confirmations(without_single_keys, case):
    page = without_single_keys("/cases/100002/")
    verdict = page.locator("[data-verdict]").get_attribute("data-verdict")
    presses = tab_to(page, "a[href='#decision']")
    page.keyboard.press("Enter")
    presses += tab_to(page, "[data-agree]")
    presses += tab_to(page, "[name=outcome]")
    assert presses <= MAX_TABS_TO_THE_DECISION
    page.keyboard.press("Space")
    while page.locator("[name=outcome]:checked").get_attribute("value") != verdict:
        page.keyboard.press("ArrowDown")
    tab_to(page, "[data-decision-form] [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-confirm-yes]")).to_be_focused()
    assert not Decision.objects.exists()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="recorded").wait_for()
    assert Decision.objects.get(case=case).outcome == verdict


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_an_opinion_before_the_verdict_with_and_without_scripts(
    signed_in, case, settings, person, javascript
):
    assessed_blind(case, settings, person("advisor"))
    page = signed_in("advisor", javascript=javascript)
    page.goto("/cases/100002/")
    assert page.locator("[data-verdict]").count() == 0
    tab_to(page, "[name=opinion]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[data-opinion-form] [type=submit]")
    page.keyboard.press("Enter")
    page.locator("[data-verdict]").wait_for()
    opinion = BlindOpinion.objects.get(case=case)
    assert (opinion.outcome, opinion.given_by.username) == ("refuse", "advisor")
    expect(page.get_by_role("status").filter(has_text="Your opinion is recorded")).to_be_visible()
    if javascript:
        assert page.evaluate("document.activeElement !== document.body")
    tab_to(page, "[name=outcome]")
    assert not Decision.objects.exists()


def test_single_keys_are_silent_when_they_are_turned_off(without_single_keys, case):
    page = without_single_keys("/cases/100002/")
    for key in ("a", "r", "f", "d", "n", "?", "/"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")
    assert page.url.endswith("/cases/100002/")


def test_the_focus_stays_on_the_heading_that_sorts(without_single_keys, case):
    page = without_single_keys("/cases/?queue=all")
    heading = page.locator("button[name=sort][value$=client]")
    tab_to(page, "button[name=sort][value=client]")
    for direction in ("ascending", "descending"):
        page.keyboard.press("Enter")
        expect(page.locator("th:has(button[value$=client])")).to_have_attribute("aria-sort", direction)
        expect(heading).to_be_focused()


def test_the_focus_stays_on_the_pager_and_goes_to_its_range_at_either_end(
    without_single_keys, case, case_of, monkeypatch
):
    monkeypatch.setattr("creditdesk.views.case_list.PAGE_SIZE", 1)
    case_of("advisor", reference="100003", name="Anna Novak")
    page = without_single_keys("/cases/?queue=all")
    shown = page.locator(".pager > .muted")
    tab_to(page, "[name=page][value='2']")
    page.keyboard.press("Enter")
    expect(shown).to_have_text("2–2 of 3")
    expect(page.locator("[name=page][value='3']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown).to_have_text("3–3 of 3")
    expect(shown).to_be_focused()
    tab_to(page, "[name=page][value='2']", 1)
    page.keyboard.press("Enter")
    expect(page.locator("[name=page][value='1']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown).to_have_text("1–1 of 3")
    expect(shown).to_be_focused()


def test_the_focus_goes_to_the_first_of_the_earlier_events(without_single_keys, case, person):
    for number in range(8):
        services.add_note(case=case, text=f"Note {number}", by=person("advisor"))
    page = without_single_keys("/cases/100002/history/")
    shown = page.locator(".event").count()
    tab_to(page, "a.show-more")
    page.keyboard.press("Enter")
    expect(page.locator("a.show-more")).to_have_count(0)
    expect(page.locator(".event").nth(shown)).to_be_focused()


def test_a_new_case(without_single_keys, case):
    page = without_single_keys("/cases/")
    tab_to(page, "a[href='/cases/new/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/new/")
    tab_to(page, "[name=client_name]")
    page.keyboard.type("Anna Novak")
    tab_to(page, "[name=NAME_CONTRACT_TYPE]")
    page.keyboard.press("C")
    tab_to(page, "[name=AMT_CREDIT]")
    page.keyboard.type("120000")
    tab_to(page, "form.new-case [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/(?!new)\w+"))
    opened = Case.objects.latest("pk")
    assert opened.client.name == "Anna Novak"
    assert opened.amount_credit == 120_000


def test_a_letter(without_single_keys, case, person):
    decided_like_the_verdict(case, person)
    page = without_single_keys("/cases/100002/")
    tab_to(page, "a[href*='letter.pdf']")
    page.route("**/letter.pdf*", _sent_as_a_file)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert Letter.objects.get().case == case


def _sent_as_a_file(route: Route) -> None:
    """Keep the viewer of Chromium out: a key that is pressed while it replaces the page may get no answer."""
    answer = route.fetch()
    assert answer.status == 200
    route.fulfill(response=answer, headers={**answer.headers, "content-disposition": "attachment"})


def test_a_contest(without_single_keys, case, person):
    decided_like_the_verdict(case, person)
    page = without_single_keys("/cases/100002/")
    open_form(page, "client_statement")
    page.keyboard.type(STATEMENT)
    tab_to(page, "form:has([name=client_statement]) [type=submit]", 5)
    page.keyboard.press("Enter")
    page.locator(".case-banner").wait_for()
    contest = Contest.objects.get()
    assert (contest.client_statement, contest.received_on) == (STATEMENT, timezone.localdate())


def test_an_escalation(without_single_keys, case, person):
    services.assess(case=case, by=person("advisor"))
    page = without_single_keys("/cases/100002/")
    open_form(page, "reason", "#casework")
    page.keyboard.type(REASON)
    tab_to(page, "#casework form:has([name=reason]) [type=submit]", 5)
    page.keyboard.press("Enter")
    page.locator(".case-banner").wait_for()
    assert Escalation.objects.get().reason == REASON


def open_form(page: Page, field: str, place: str = "main") -> None:
    """Unfold the form with that field and go to the field."""
    tab_to(page, f"{place} details:has([name={field}]) > summary")
    page.keyboard.press("Enter")
    tab_to(page, f"{place} [name={field}]", 2)
