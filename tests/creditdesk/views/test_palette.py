"""The palette leads to cases in the row scope, acts and pages of the role, and to nothing else."""

import re

import pytest

pytestmark = pytest.mark.django_db


def addresses(browser, text: str) -> list[str]:
    answer = browser.post("/palette/", {"q": text})
    assert answer.status_code == 200
    return re.findall(r'data-address="([^"]*)"', answer.content.decode())


def test_a_case_is_reached_by_reference_and_by_name(client_as, case_of):
    case = case_of("advisor", name="Zoé Lefèvre", reference="730001")
    for text in ("7300", "lefevre", "zoe lef"):
        assert addresses(client_as("advisor"), text) == [case.get_absolute_url()]


def test_a_colleagues_case_is_not_there(client_as, case_of):
    case_of("advisor", name="Zoé Lefèvre", reference="730001")
    for text in ("730001", "Lefèvre"):
        assert addresses(client_as("colleague"), text) == []
        assert addresses(client_as("admin"), text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("advisor", "new case", ["/cases/new/"]),
        ("advisor", "portfolio", []),
        ("manager", "portfolio", ["/portfolio/"]),
        ("analyst", "drift", ["/drift/"]),
        ("analyst", "cases", []),
        ("auditor", "audit", ["/admin/accounts/auditevent/"]),
        ("advisor", "put aside", ["/cases/?queue=snoozed"]),
    ],
)
def test_acts_queues_and_pages_are_those_of_the_role(client_as, name, text, expected):
    assert addresses(client_as(name), text) == expected


def test_without_letters_every_place_and_no_case_is_listed(client_as, case_of):
    case = case_of("advisor")
    listed = addresses(client_as("advisor"), " ")
    assert "/cases/?go=next" in listed
    assert case.get_absolute_url() not in listed


def test_the_letters_travel_in_a_body_alone(client_as):
    assert client_as("advisor").get("/palette/?q=x").status_code == 405


def test_a_text_without_end_is_cut(client_as):
    assert addresses(client_as("advisor"), "x" * 100_000) == []
