"""The pages under the settings of a person's system: forced colours, a compact layout."""

import pytest
from playwright.sync_api import Page

from accounts.models import User
from tests.browser.every_page import full_desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
ROW_HEIGHT = "document.querySelector('[data-row]').getBoundingClientRect().height"


@pytest.fixture
def desk(settings, tmp_path) -> None:
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    settings.DRIFT_REPORTS = tmp_path
    full_desk()


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
