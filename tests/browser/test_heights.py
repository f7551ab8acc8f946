"""Heights: a case page with each tab open, of clients with a whole history, and the form of a new case."""

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


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_the_form_of_a_new_case_keeps_to_its_limit_in_two_columns(person, page_as, model_in_use, locale):
    person("advisor")
    page = page_as("advisor", locale=locale)
    page.goto("/cases/new/", wait_until="networkidle")
    assert page.evaluate(HEIGHT) <= MAX_HEIGHT[1366]
    assert page.locator("fieldset[id^=group-]").count() == page.locator("#progress li").count() == 5
    columns = page.locator("fieldset[id^=group-]").evaluate_all("all => all.map(one => one.offsetLeft)")
    assert len(set(columns)) == 2
