"""The pages under the settings of a person's system: zoom, forced colours, less motion, a compact layout."""

import pytest
from playwright.sync_api import Page

from accounts.models import User
from tests.browser.every_page import PAGES, addresses, full_desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
# A window of 1366 pixels at 200 %.
ZOOMED_WIDTH = 683
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MOVING = """[...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  const durations = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
  return style.scrollBehavior === "smooth" || durations.some((duration) => parseFloat(duration) > 0);
}).map((element) => element.outerHTML.slice(0, 80))"""
ROW_HEIGHT = "document.querySelector('[data-row]').getBoundingClientRect().height"


@pytest.fixture
def desk(settings, tmp_path) -> None:
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    settings.DRIFT_REPORTS = tmp_path
    full_desk()


def test_no_page_scrolls_sideways_at_twice_the_size_or_moves_under_reduced_motion(desk, page_as):
    runs_off, moves = {}, {}
    for role in PAGES:
        page = page_as(role, width=ZOOMED_WIDTH, reduced_motion="reduce")
        for address in addresses(role):
            page.goto(address)
            if page.evaluate(SIDEWAYS) > 0:
                runs_off[role, address] = page.evaluate(SIDEWAYS)
            # Swagger UI and Django's administration bring transitions of their own.
            if not address.startswith(("/admin/", "/api/")) and page.evaluate(MOVING):
                moves[role, address] = page.evaluate(MOVING)
    assert (runs_off, moves) == ({}, {})


def test_what_is_chosen_or_current_is_seen_in_forced_colours(desk, page_as):
    """By more than a colour: forced colours take all of them away."""
    page = page_as("advisor", forced_colors="active")
    page.goto("/cases/100001/why/")
    assert differs(page, ".tabs a[aria-current]", ".tabs a:not([aria-current])")
    assert differs(page, ".mainnav a[aria-current]", ".mainnav a:not([aria-current])")
    assert differs(page, ".language button[aria-current]", ".language button:not([aria-current])")


def differs(page: Page, chosen: str, other: str) -> bool:
    look = """element => {
      const style = getComputedStyle(element);
      return [style.borderBottomColor, style.borderBottomWidth, style.color, style.backgroundColor,
        style.outlineStyle, style.fontWeight];
    }"""
    return page.locator(chosen).first.evaluate(look) != page.locator(other).first.evaluate(look)


def test_the_compact_layout_shows_more_rows(desk, page_as):
    page = page_as("advisor")
    page.goto("/cases/")
    roomy = page.evaluate(ROW_HEIGHT)
    User.objects.filter(username="advisor").update(is_compact=True)
    page.goto("/cases/")
    assert page.evaluate(ROW_HEIGHT) < 0.9 * roomy
