"""A desk without a client, a case or a model: every page says what is missing and what to do next."""

import pytest
from django.urls import NoReverseMatch, reverse

from tests.creditdesk.views.role_tables import PAGES
from tests.factories import PEOPLE
from tests.html import Elements

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "fr")


def addresses() -> list[str]:
    """Every page that is about no case, no version and no person in particular."""
    reached = []
    for name in PAGES:
        try:
            reached.append(reverse(name))
        except NoReverseMatch:
            continue
    return reached


def test_no_page_of_any_role_fails_on_an_empty_desk(client_as):
    answers = {}
    for role in PEOPLE:
        browser = client_as(role)
        for language in LANGUAGES:
            for address in addresses():
                response = browser.get(address, headers={"accept-language": language})
                answers[role, language, address] = response.status_code
    assert {key: status for key, status in answers.items() if status >= 500} == {}
    assert len(answers) > 200


@pytest.mark.parametrize(
    ("role", "address"),
    [("manager", "/portfolio/"), ("manager", "/portfolio/totals/"), ("analyst", "/models/compare-two/")],
)
def test_a_page_that_needs_cases_or_versions_names_the_command_that_brings_them(client_as, role, address):
    html = client_as(role).get(address).content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    assert Elements(main).having("data-empty")
    assert "<code>manage.py " in main
    assert "<table" not in main


def test_the_models_page_asks_nothing_that_has_no_answer_yet(client_as):
    html = client_as("analyst").get("/models/").content.decode()
    assert "manage.py train DIR --name V" in html
    assert 'action="/models/compare-two/"' not in html
    assert 'action="/models/at/"' not in html


def test_the_policy_desk_reports_that_there_is_nothing_to_compare(client_as):
    html = client_as("manager").get("/policy/desk/").content.decode()
    assert Elements(html).having("data-nothing-compared")
    assert "no model is in use" in html
