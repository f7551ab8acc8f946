"""Lazy fragments of the case page: loaded after it, expanded on demand, reachable without scripts."""

import pytest
from playwright.sync_api import expect

from scoring import services
from tests.scoring.modelfolder import tiny_model

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


def test_explanation_comparison_and_similar_clients_arrive_after_the_page(signed_in, case):
    page = signed_in("advisor")
    page.goto(case.get_absolute_url())
    expect(page.locator("#explanation table.waterfall")).to_be_visible()
    expect(page.locator("#comparison [data-main]")).not_to_have_count(0)
    expect(page.locator("[data-similar]")).to_be_visible()
    expect(page.locator("[data-stability=stable]")).to_be_visible()


def test_a_group_expands_into_its_features_once_it_is_opened(signed_in, case):
    page = signed_in("advisor")
    page.goto(case.get_absolute_url())
    group = page.locator("details.feature-group").first
    code = group.get_attribute("data-group")
    expect(page.locator(f"#group-{code} table")).to_have_count(0)
    group.locator("summary").click()
    expect(page.locator(f"#group-{code} table")).to_be_visible()


def test_the_unit_and_the_segment_change_in_place(signed_in, case):
    page = signed_in("advisor")
    page.goto(case.get_absolute_url())
    page.get_by_role("link", name="Log-odds").click()
    expect(page.locator(".unit-switch [aria-current]")).to_have_text("Log-odds")
    page.locator("#segment").select_option("contract:Cash loans")
    expect(page.locator("#comparison caption")).to_contain_text("Cash loan")
    expect(page.locator("[data-main][aria-current]")).to_have_count(1)


def test_without_scripts_a_link_leads_to_each_fragment(signed_in, case):
    page = signed_in("advisor", javascript=False)
    page.goto(case.get_absolute_url())
    expect(page.locator("[data-reason]").first).to_be_visible()
    page.locator("#explanation a.show-more").click()
    expect(page.locator("table.waterfall")).to_be_visible()
    page.locator("#similar a.show-more").click()
    expect(page.locator("[data-similar]")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_nothing_is_cut_off_on_a_narrow_screen_once_all_fragments_are_loaded(signed_in, case, locale):
    page = signed_in("advisor", width=360, locale=locale)
    page.goto(case.get_absolute_url())
    expect(page.locator("table.waterfall")).to_be_visible()
    expect(page.locator("[data-similar]")).to_be_visible()
    expect(page.locator("[data-stability]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for address in ("/about-the-model/", "/accounts/api-keys/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
