"""WCAG 2.2 AA, axe's best practices and the layout of every page: languages, widths, schemes, motion, paper.

The suite opens every page twice, in settings that differ in language, width and scheme; `make
test-accessibility` in all eight combinations.
"""

import hashlib
import os
from itertools import product
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Page

from tests.browser import axe
from tests.browser.every_page import PAGES, addresses, full_desk, page_names
from tests.browser.heights import (
    MAX_HEIGHT,
    NARROW_CELLS,
    OTHER_PAGES,
    SIDEWAYS,
    WINDOW_HEIGHT,
    resize,
    too_tall,
)
from tests.browser.overlaps import overlaps
from tests.browser.test_pages import MAX_LAYOUT_SHIFT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


class View(NamedTuple):
    locale: str
    width: int
    color_scheme: str


ALL_VIEWS: Final = [View(*view) for view in product(("fr-FR", "en-GB"), (360, 1366), ("light", "dark"))]
OPPOSITE_VIEWS: Final = [View("fr-FR", 360, "light"), View("en-GB", 1366, "dark")]
# A window of 1366 pixels at 200 %.
ZOOMED_WIDTH: Final = 683
# A sheet of A4 with margins of a centimetre.
PAPER_WIDTH: Final = 718
CUT: Final = """[...document.querySelectorAll("main table")].filter((table) => {
  if (!table.checkVisibility()) return false;
  const frame = table.closest(".table-wrap");
  const paper = (frame ?? document.documentElement).getBoundingClientRect();
  return table.getBoundingClientRect().right > paper.right + 1;
}).map((table) => `${table.className} ${table.innerText.slice(0, 60)}`)"""
MOVING: Final = """[...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  const durations = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
  return style.scrollBehavior === "smooth" || durations.some((duration) => parseFloat(duration) > 0);
}).map((element) => element.outerHTML.slice(0, 80))"""
# Read as soon as the page has arrived: what moves, moves when its font or its scripts do.
LAYOUT_SHIFT: Final = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => resolve(total)));
})"""
# Those that tests of their own load more slowly, in test_pages.py and test_weight.py, are not measured again.
MEASURED: Final = ("/admin/", "/policy/desk/")
REPORTS: Final = ("/portfolio/", "/models/", "/drift/", "/outcomes/", "/policy/")
# The terms that a policy is compared on are read on paper too.
FIELDS: Final = """[...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((field) => field.checkVisibility() && !field.closest("[data-simulation-form]"))
  .map((field) => field.name)"""
VIEWS: Final = ALL_VIEWS if os.environ.get("ALL_VIEWS") else OPPOSITE_VIEWS


@pytest.fixture
def desk(settings, tmp_path) -> None:
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    settings.DRIFT_REPORTS = tmp_path
    full_desk()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(map(str, view)))
def test_every_page_fits_holds_still_and_has_nothing_that_axe_finds(desk, page_as, view):
    """At either width and at twice the size, with everything folded as it is opened, then unfolded."""
    faults: dict[tuple[str, str], list[str]] = {}
    for role in PAGES:
        page = page_as(role, **view._asdict())
        for address in addresses(role):
            answer = page.goto(address)
            # Not an error page, nor the question who is there.
            if answer.status != 200 or ("/accounts/" in address) != ("/accounts/" in page.url):
                faults[role, address] = [f"{answer.status} {page.url}"]
            if page.locator("#api").count():
                page.locator(".opblock").first.wait_for()
            lines = faults.setdefault((role, address), [])
            lines += _shifted(page, address)
            lines += _out_of_place(page, address, view.width)
            lines += axe.violations(page)
            lines += [f"overlap unfolded, {pair}" for pair in overlaps(page)]
            lines += _moving(page, address)
    assert {page: lines for page, lines in faults.items() if lines} == {}


def _shifted(page: Page, address: str) -> list[str]:
    """How far the parts of the page moved while it arrived, in the measure of Web Vitals."""
    if not address.startswith(MEASURED):
        return []
    shift = page.evaluate(LAYOUT_SHIFT)
    return [f"layout shift of {shift:.4f}"] if shift > MAX_LAYOUT_SHIFT else []


def _out_of_place(page: Page, address: str, width: int) -> list[str]:
    """Texts on each other, pages too tall or too wide; the window is `width` wide in the end."""
    lines = []
    for tried in MAX_HEIGHT:
        resize(page, tried)
        lines += [f"{tried}: overlap, {pair}" for pair in overlaps(page)]
        lines += too_tall(page, address, tried)
        if not address.startswith(OTHER_PAGES):
            lines += [f"{tried}: narrow cell, {cell}" for cell in page.evaluate(NARROW_CELLS)]
    page.set_viewport_size({"width": ZOOMED_WIDTH, "height": WINDOW_HEIGHT})
    if (sideways := page.evaluate(SIDEWAYS)) > 0:
        lines.append(f"{sideways} px wider than a window of {ZOOMED_WIDTH}")
    lines += _cut_on_paper(page, address)
    resize(page, width)
    return lines


def _cut_on_paper(page: Page, address: str) -> list[str]:
    """Tables of which a sheet shows a part, and fields that nobody can fill in on a report or a list."""
    if address.startswith(OTHER_PAGES):
        return []
    page.set_viewport_size({"width": PAPER_WIDTH, "height": WINDOW_HEIGHT})
    page.emulate_media(media="print")
    lines = [f"cut on paper, {table}" for table in page.evaluate(CUT)]
    if address.startswith(REPORTS):
        lines += [f"field on paper, {field}" for field in page.evaluate(FIELDS)]
    page.emulate_media(media="screen")
    return lines


def _moving(page: Page, address: str) -> list[str]:
    """What moves although the person has asked for less motion."""
    # Swagger UI and Django's administration bring transitions of their own.
    if address.startswith(OTHER_PAGES):
        return []
    page.emulate_media(reduced_motion="reduce")
    lines = [f"moves, {element}" for element in page.evaluate(MOVING)]
    page.emulate_media(reduced_motion="no-preference")
    return lines


def test_axe_finds_nothing_in_an_open_dialog_and_a_refused_form(desk, page_as):
    page = page_as("advisor", **VIEWS[0]._asdict())
    page.goto("/cases/100001/")
    page.keyboard.press("?")
    assert axe.violations(page) == []
    page.keyboard.press("Escape")
    page.goto("/cases/new/")
    page.locator("[name=AMT_CREDIT]").press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.locator("[aria-invalid=true]").count() > 0
    assert axe.violations(page) == []
    border = "element => getComputedStyle(element).borderTopColor"
    invalid = page.locator("[name=client_name]").evaluate(border)
    assert invalid != page.locator("[name=AMT_ANNUITY]").evaluate(border)
    page.locator("[name=client_name]").fill("Zoé Lefèvre")
    page.locator("[name=NAME_CONTRACT_TYPE]").select_option("Cash loans")
    page.locator("[name=AMT_CREDIT]").fill("5000")
    page.locator("[name=AMT_GOODS_PRICE]").fill("1000")
    page.locator("[name=AMT_CREDIT]").press("Enter")
    page.locator("[data-confirm]").wait_for()
    assert page.evaluate("document.activeElement.id") == "to-confirm"
    assert axe.violations(page) == []


def test_axe_reports_what_is_wrong(page_as):
    page = page_as("")
    page.goto("/accounts/login/")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=\"/static/img/creditdesk.svg\">'")
    assert [line.split()[0] for line in axe.violations(page)] == ["image-alt"]


def test_a_text_on_another_is_reported(page_as):
    page = page_as("")
    page.goto("/accounts/login/")
    assert overlaps(page) == []
    labels = page.locator("main label")
    labels.evaluate_all(
        "all => all.forEach((label) => { label.style.position = 'fixed'; label.style.top = 0; })"
    )
    assert overlaps(page) != []


def test_every_page_is_among_those_that_are_looked_at():
    assert page_names() <= {name for pages in PAGES.values() for name, _ in pages}


def test_axe_is_the_vendored_one():
    assert hashlib.sha256(axe.SCRIPT.read_bytes()).hexdigest() == axe.SHA256
    assert (axe.FOLDER / "LICENSE").is_file()
