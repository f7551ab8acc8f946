"""WCAG 2.2 AA and axe's best practices on every page: both languages, narrow and wide, light and dark.

The suite opens every page twice, in settings that differ in all three; `make test-accessibility` in all
eight combinations.
"""

import hashlib
import os
from itertools import product
from typing import Final, NamedTuple

import pytest

from tests.browser import axe
from tests.browser.every_page import PAGES, addresses, full_desk, page_names
from tests.browser.overlaps import overlaps, overlaps_at_every_width

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
VIEWS: Final = ALL_VIEWS if os.environ.get("ALL_VIEWS") else OPPOSITE_VIEWS


@pytest.fixture
def desk(settings, tmp_path) -> None:
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    settings.DRIFT_REPORTS = tmp_path
    full_desk()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: "-".join(map(str, view)))
def test_axe_finds_nothing_and_no_text_lies_on_another_on_any_page(desk, page_as, view):
    """Overlaps at either width, with everything folded as it is opened, then unfolded."""
    violations: dict[tuple[str, str], list[str]] = {}
    for role in PAGES:
        page = page_as(role, **view._asdict())
        for address in addresses(role):
            answer = page.goto(address)
            # Not an error page, nor the question who is there.
            if answer.status != 200 or ("/accounts/" in address) != ("/accounts/" in page.url):
                violations[role, address] = [f"{answer.status} {page.url}"]
            if page.locator("#api").count():
                page.locator(".opblock").first.wait_for()
            lines = violations.setdefault((role, address), [])
            lines += [f"overlap, {pair}" for pair in overlaps_at_every_width(page)]
            lines += axe.violations(page)
            lines += [f"overlap unfolded, {pair}" for pair in overlaps(page)]
    assert {page: lines for page, lines in violations.items() if lines} == {}


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
