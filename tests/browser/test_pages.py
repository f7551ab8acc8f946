"""List, portfolio, models, drift and help on narrow and wide screens: no overlap, no sideways scroll."""

import pytest
from playwright.sync_api import Page

from tests.browser.overlaps import overlaps
from tests.drift_reports import drift_report
from tests.factories import assessed, decided

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
PAGES = {
    "advisor": ("/cases/", "/help/"),
    "manager": ("/portfolio/", "/portfolio/totals/"),
    "analyst": ("/models/", "/models/tiny-1/", "/models/tiny-1/card/", "/drift/"),
}
# From the end of a label to the number that belongs to it.
MAX_GAP = 300
MAX_LAYOUT_SHIFT = 0.02

GAPS = """() => {
  const box = (cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect();
  };
  return [...document.querySelectorAll("main tbody tr")].flatMap((row) => {
    const label = row.querySelector("th[scope=row]"), number = row.querySelector("td.number");
    if (!label || !number || row.closest("details:not([open])")) return [];
    return [box(number).left - box(label).right];
  });
}"""
LAYOUT_SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(total), 200);
})"""


@pytest.fixture
def full_desk(model_in_use, case_of, settings, tmp_path) -> None:
    settings.DRIFT_REPORTS = tmp_path
    drift_report(income=0.7)
    case_of("advisor", name="Marie-Thérèse de La Rochefoucauld-Montmorency", amount_credit=1_234_567)
    decided(assessed(case_of("advisor"), 0.3, "refuse"), override=True)
    decided(assessed(case_of("colleague"), 0.4, "refuse"), status="proposed", override=True)


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("name", PAGES)
def test_no_text_overlaps_and_no_page_runs_off_or_moves(signed_in, full_desk, name, width, locale):
    page = signed_in(name, width=width, locale=locale)
    for address in PAGES[name]:
        page.goto(address, wait_until="networkidle")
        assert overlaps(page) == [], address
        assert sideways(page) == 0, address
        assert page.evaluate(LAYOUT_SHIFT) < MAX_LAYOUT_SHIFT, address


def test_a_page_that_arrives_slowly_does_not_move_while_it_does(signed_in, full_desk):
    page = signed_in("analyst", width=1366)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 40, "downloadThroughput": 40_000, "uploadThroughput": 40_000}
    network.send("Network.emulateNetworkConditions", slow)
    page.goto("/models/tiny-1/", wait_until="networkidle")
    assert page.evaluate(LAYOUT_SHIFT) < MAX_LAYOUT_SHIFT


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_a_number_of_the_portfolio_stands_near_its_label(signed_in, full_desk, locale):
    page = signed_in("manager", width=1366, locale=locale)
    gaps = []
    for address in PAGES["manager"]:
        page.goto(address)
        gaps += page.evaluate(GAPS)
    assert len(gaps) > 10
    assert max(gaps) <= MAX_GAP


def test_the_portfolio_fits_a_sheet_of_a4(signed_in, full_desk):
    """A canvas keeps the width that it was drawn with: on paper it must shrink."""
    page = signed_in("manager", width=1366)
    for address, charts in zip(PAGES["manager"], (3, 1), strict=True):
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(address, wait_until="networkidle")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 962})
        widths = page.evaluate(
            "[...document.querySelectorAll('canvas')].map((c) => c.getBoundingClientRect().right)"
        )
        assert len(widths) == charts
        assert max(widths) <= 680
        assert sideways(page) == 0
