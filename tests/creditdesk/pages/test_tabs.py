"""Tabs of the case page: a page each, and a fragment of it for htmx."""

import pytest
from django.urls import reverse

from creditdesk.models import Case
from creditdesk.pages.case.tabs import TABS, tab_in
from tests.html import HTMX, Elements, case_page

CONTENT = {
    "why": 'id="explanation"',
    "whatif": 'id="simulation-panel"',
    "compare": 'id="comparison"',
    "client": 'id="client"',
    "history": 'id="history"',
}


@pytest.fixture
def case(case_of, model_in_use) -> Case:
    return case_of("advisor")


@pytest.fixture
def advisor(client_as):
    return client_as("advisor")


def test_the_page_links_every_tab_and_holds_none_of_them(advisor, case):
    html = case_page(advisor, case)
    links = {element["href"] for element in Elements(html).having("hx-push-url")}
    assert links == {f"{case.get_absolute_url()}{tab}/#tabs" for tab in TABS}
    assert not [tab for tab, content in CONTENT.items() if content in html]
    assert 'hx-trigger="load' not in html


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_is_a_page_with_the_verdict_and_a_fragment_without(advisor, case, tab):
    html = case_page(advisor, case, f"{tab}/")
    fragment = case_page(advisor, case, f"{tab}/", **HTMX, **{"HX-Target": "tabs"})
    assert Elements(html).having("data-verdict")
    assert CONTENT[tab] in html
    assert CONTENT[tab] in fragment
    assert fragment.lstrip().startswith('<section id="tabs"')
    current = [element["id"] for element in Elements(fragment).having("aria-current")]
    assert current[0] == f"tab-{tab}"


@pytest.mark.parametrize("tab", TABS)
def test_no_tab_of_a_colleagues_case_opens(client_as, case, tab):
    assert client_as("colleague").get(f"{case.get_absolute_url()}{tab}/").status_code == 404


def test_the_first_level_has_no_log_odds_and_no_column_name(advisor, case):
    text = case_page(advisor, case)
    reasons = text[text.index('id="reasons"') : text.index('id="tabs"')]
    shown = [element["data-strength"] for element in Elements(reasons).having("data-strength")]
    assert shown
    assert set(shown) <= {"strong", "medium", "slight"}
    visible = "".join(part.split(">", 1)[-1] for part in reasons.split("<"))
    assert "log-odds" not in visible
    assert "EXT_" not in visible


def test_an_act_keeps_the_open_tab(advisor, case):
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{case.get_absolute_url()}client/"}
    response = advisor.post(reverse("case_claim", args=[case.reference]), headers=headers)
    assert CONTENT["client"] in response.content.decode()
    assert tab_in("/cases/100002/") == ""


def test_the_simulation_address_leads_to_its_tab(advisor, case):
    address = reverse("case_simulate", args=[case.reference])
    assert advisor.get(address).url == reverse("case_whatif", args=[case.reference])
