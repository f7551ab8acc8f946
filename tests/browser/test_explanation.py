"""Tabs of the case page: parts that are expanded on demand, and reachable without scripts."""

import pytest
from playwright.sync_api import expect

from scoring import services
from tests.scoring.modelfolder import tiny_model

# What each tab holds.
TABS = {
    "why": "table.waterfall",
    "whatif": "[data-simulation-form]",
    "compare": "[data-similar]",
    "client": "#client dl",
    "history": "#history .event",
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
def case(settings, tmp_path, case_of):
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="explained-1", explain=True)
    services.activate(version=services.register(name="explained-1", by=None), by=None, reason="")
    return case_of("advisor", reference="100002", name="Zoé Lefèvre")


def test_a_group_expands_into_its_features_once_it_is_opened(signed_in, case):
    page = signed_in("advisor")
    page.goto(f"{case.get_absolute_url()}why/?unit=log-odds")
    group = page.locator("details.feature-group").first
    code = group.get_attribute("data-group")
    expect(page.locator(f"#group-{code} table")).to_have_count(0)
    group.locator("summary").click()
    expect(page.locator(f"#group-{code} table")).to_be_visible()


def test_the_unit_and_the_segment_change_in_place_and_keep_the_focus(signed_in, case):
    page = signed_in("advisor")
    page.goto(f"{case.get_absolute_url()}why/")
    page.locator("#unit-log-odds").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".unit-switch [aria-current]")).to_have_text("Log-odds")
    expect(page.locator("#unit-log-odds")).to_be_focused()
    page.locator("#every-reason a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#every-reason table")).to_be_focused()
    page.goto(f"{case.get_absolute_url()}why/")
    page.locator("a#all-groups").press("Enter")
    expect(page.locator("h3#all-groups")).to_be_focused()
    page.goto(f"{case.get_absolute_url()}client/")
    page.locator("#every-value a").press("Enter")
    expect(page.locator("#every-value > div")).to_be_focused()
    page.goto(f"{case.get_absolute_url()}compare/")
    page.locator("#segment").select_option("contract:Cash loans")
    expect(page.locator("#comparison caption")).to_contain_text("Cash loan")
    feature = page.locator("#feature-AMT_INCOME_TOTAL")
    feature.focus()
    page.keyboard.press("Enter")
    expect(feature).to_have_attribute("aria-current", "true")
    expect(feature).to_be_focused()
    expect(page.locator("[data-main][aria-current]")).to_have_count(1)


def test_without_scripts_each_tab_is_a_page(signed_in, case):
    page = signed_in("advisor", javascript=False)
    page.goto(case.get_absolute_url())
    expect(page.locator("[data-reason]").first).to_be_visible()
    for tab, content in TABS.items():
        page.locator(f"#tab-{tab}").click()
        expect(page.locator(content).first).to_be_visible()
        expect(page.locator("#tabs [aria-current=page]")).to_have_attribute("id", f"tab-{tab}")


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_nothing_is_cut_off_on_a_narrow_screen(signed_in, case, locale):
    page = signed_in("advisor", width=360, locale=locale)
    for address in (*(f"{case.get_absolute_url()}{tab}/" for tab in TABS), "/about-the-model/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
