"""Height of the case page with each tab open, of clients with a whole history."""

import pytest

from creditdesk.pages.case.tabs import TABS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
MAX_HEIGHT = {1366: 1600, 360: 3500}
HEIGHT = "document.documentElement.scrollHeight"


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_no_tab_makes_the_page_taller_than_its_limit(refused_cases, page_as, locale):
    page = page_as("advisor", locale=locale)
    too_tall = {}
    for case in refused_cases:
        for tab in ("", *(f"{tab}/" for tab in TABS)):
            page.goto(f"{case.get_absolute_url()}{tab}", wait_until="networkidle")
            for width, limit in MAX_HEIGHT.items():
                page.set_viewport_size({"width": width, "height": 768})
                if (height := page.evaluate(HEIGHT)) > limit:
                    too_tall[case.reference, tab, width] = height
            page.set_viewport_size({"width": 1366, "height": 768})
    assert too_tall == {}
