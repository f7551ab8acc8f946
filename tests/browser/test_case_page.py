"""The case page in one screen: what is above the fold, what loads when, and the keys of a decision."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from creditdesk import services
from creditdesk.models import Case, Decision
from scoring import services as versions
from tests.scoring.modelfolder import tiny_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
SCREEN = {"width": 1366, "height": 768}
MAX_HEIGHT = {1366: 1600, 360: 3500}
# Of a submit button below the first screen.
MAX_SCROLL = 400


@pytest.fixture
def cases(settings, tmp_path, case_of) -> list[Case]:
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="explained-1", explain=True)
    versions.activate(version=versions.register(name="explained-1", by=None), by=None, reason="")
    names = {"100001": "Paul Martin", "100002": "Zoé Lefèvre"}
    return [case_of("advisor", reference=reference, name=name) for reference, name in names.items()]


@pytest.fixture
def opened(signed_in, cases) -> Callable[..., Page]:
    """A window of that person on the newest case, 1366 x 768 unless another width is given."""

    def open_case(name: str = "advisor", width: int = 1366, locale: str = "en-GB", path: str = "") -> Page:
        page = signed_in(name, width=width, locale=locale)
        page.set_viewport_size({**SCREEN, "width": width})
        page.goto(f"{cases[1].get_absolute_url()}{path}")
        return page

    return open_case


def bottom(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"] + box["height"]


def height(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollHeight"))


def verdict(page: Page) -> str:
    shown = page.locator("[data-verdict]").get_attribute("data-verdict")
    assert shown
    return shown


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_verdict_three_reasons_and_the_decision_are_in_the_first_screen(opened, locale):
    page = opened(locale=locale)
    assert bottom(page.locator("#verdict")) < SCREEN["height"]
    assert bottom(page.locator("[data-reason]").nth(2)) < SCREEN["height"]
    assert bottom(page.locator("[data-decision-form] [type=submit]")) < SCREEN["height"]
    assert page.locator(".case-facts dd").count() == 5


@pytest.mark.parametrize("width", MAX_HEIGHT)
def test_the_page_is_short_on_every_screen(opened, width):
    assert height(opened(width=width)) <= MAX_HEIGHT[width]


def test_nothing_is_requested_before_a_tab_opens(opened):
    page = opened()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if _is_htmx(request) else None)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert requests == []
    page.locator("#tab-client").click()
    expect(page.locator("#client")).to_be_visible()
    assert [url.removesuffix("/").rpartition("/")[2] for url in requests] == ["client"]
    assert page.url.endswith("/cases/100002/client/")
    expect(page.locator("#tab-client")).to_be_focused()
    page.go_back()
    expect(page.locator("#client")).to_have_count(0)


def _is_htmx(request) -> bool:
    return "hx-request" in request.headers


def test_the_open_tab_stays_open_after_an_act(opened):
    page = opened(path="history/")
    page.get_by_role("button", name="Claim").click()
    expect(page.locator("#history .event-claim")).to_be_visible()


def test_a_note_completes_names_by_keys_and_is_confirmed_where_the_focus_is(opened, cases, person):
    manager = person("manager")
    page = opened(path="history/")
    field, names = page.locator("#history textarea"), page.locator(".mentions [role=option]")
    field.press_sequentially("Called back, @man")
    expect(field).to_have_attribute("aria-activedescendant", "mention-0")
    page.keyboard.press("Escape")
    expect(names).to_have_count(0)
    page.keyboard.type("a")
    expect(names).to_have_count(1)
    page.keyboard.press("Enter")
    expect(field).to_have_value("Called back, @manager ")
    page.locator("#history button").click()
    expect(page.locator("#history [role=status]")).to_be_focused()
    assert cases[1].notes.get().text == "Called back, @manager"
    assert manager.notifications.get().kind == "mentioned"


def test_agreeing_confirming_and_going_on_takes_three_keys(opened, cases):
    page = opened()
    key = {"accept": "a", "refuse": "r", "refer": "f"}[verdict(page)]
    page.keyboard.press(key)
    expect(page.locator("dialog[open] [data-confirm-yes]")).to_be_focused()
    assert not Decision.objects.exists()
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="recorded").wait_for()
    assert Decision.objects.get(case=cases[1]).outcome == {"a": "accept", "r": "refuse", "f": "refer"}[key]
    page.keyboard.press("n")
    page.wait_for_url("**/cases/100001/")


def test_agreeing_confirming_and_going_on_takes_three_clicks(opened, cases):
    page = opened()
    page.get_by_role("button", name="Agree with the model").click()
    page.locator("[data-confirm-yes]").click()
    panel = page.locator("#decision .decision-next")
    expect(panel.get_by_role("link", name="Letter")).to_be_visible()
    panel.get_by_role("link", name="Next to decide").click()
    page.wait_for_url("**/cases/100001/")
    assert Decision.objects.get(case=cases[1]).outcome in {"accept", "refuse"}


def test_a_key_that_differs_from_the_verdict_asks_for_the_reason(opened):
    page = opened()
    page.keyboard.press("a" if verdict(page) == "refuse" else "r")
    expect(page.locator("[name=reason_code]")).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Escape")
    assert not Decision.objects.exists()


def test_the_decision_is_one_key_or_two_tabs_away(opened):
    page = opened()
    page.keyboard.press("d")
    expect(page.locator("[name=outcome]").first).to_be_focused()
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#decision")).to_be_focused()


def test_the_chosen_outcome_is_seen_in_forced_colours(opened):
    page = opened()
    page.emulate_media(forced_colors="active")
    page.locator("[name=outcome]").first.check()
    widths = page.locator(".outcome").evaluate_all("all => all.map(e => getComputedStyle(e).borderTopWidth)")
    assert widths[0] == "3px"
    assert set(widths[1:]) == {"1px"}


@pytest.mark.parametrize("state", ["pending", "escalated", "decided", "contested"])
def test_every_button_of_the_side_panel_is_near_the_first_screen(opened, cases, person, state):
    case = cases[1]
    assessment = services.assess(case=case, by=person("advisor"))
    if state == "escalated":
        services.escalate(case=case, by=person("advisor"), reason="The employer must be called first.")
    if state in {"decided", "contested"}:
        outcome = assessment.verdict
        services.decide(
            case=case,
            assessment=assessment,
            outcome=outcome,
            by=person("advisor"),
            reason_code="",
            reason="",
        )
    if state == "contested":
        statement = "My income has risen since, and the loan at the other bank is repaid."
        services.contest(
            case=case,
            by=person("advisor"),
            client_statement=statement,
            received_on=timezone.localdate(),
        )
    page = opened("manager")
    # One form closes the other: all opened, the last stays open, and then the first.
    for all_opened in ("all", "all.reverse()"):
        page.locator(".case-aside details").evaluate_all(
            f"all => {all_opened}.forEach(e => {{ e.open = true; }})"
        )
        buttons = page.locator(".case-aside button:visible, .case-aside .btn:visible")
        assert buttons.count() > 0
        assert max(map(bottom, buttons.all())) <= SCREEN["height"] + MAX_SCROLL
    assert page.locator(".case-banner").count() == (state in {"escalated", "contested"})


def test_the_user_menu_has_a_name_on_a_narrow_screen(opened):
    page = opened(width=360)
    snapshot = page.locator(".menu summary").aria_snapshot()
    assert re.search("advisor", snapshot)


def test_a_decided_case_prints_on_two_pages_without_an_empty_form(opened, cases):
    page = opened()
    page.emulate_media(media="print")
    expect(page.locator("[data-decision-form]")).to_be_hidden()
    expect(page.locator("textarea:visible")).to_have_count(0)
    address = page.url
    for tab in ("", "compare/", "client/"):
        page.goto(f"{address}{tab}")
        pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
        assert 1 <= len(pages) <= 2, tab
