"""The palette leads to cases in the row scope, acts and pages of the role, and to nothing else."""

import re
from collections.abc import Callable

import pytest

from creditdesk import services
from creditdesk.models import Case, SavedView
from tests.factories import assessed, decided

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
        ("auditor", "administration", ["/admin/"]),
        ("admin", "administration", ["/admin/"]),
        ("manager", "administration", []),
        ("analyst", "administration", []),
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


OPEN_CASE = {
    "#decision",
    *("#casework", "#id_escalate_reason", "#id_snooze_until_on", "#id_withdraw_channel"),
    *("history/#id_text", "correct/", "documents/"),
}


@pytest.fixture
def acts_on(client_as) -> Callable[..., list[str]]:
    """Addresses of the acts, after that of the case, that a person is offered on a page of it."""

    def read(case: Case, name: str, page: str = "") -> list[str]:
        here = case.get_absolute_url()
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}{page}"}
        answer = client_as(name).post("/palette/", {"q": ""}, headers=headers)
        listed = re.findall(r'data-address="([^"]*)"', answer.content.decode())
        return [address.removeprefix(here) for address in listed if address.startswith(here)]

    return read


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("advisor", OPEN_CASE),
        ("manager", OPEN_CASE | {"#id_assign_to", "merge/"}),
        ("auditor", set()),
        ("analyst", set()),
        ("admin", set()),
        ("colleague", set()),
    ],
)
def test_acts_on_the_open_case_are_those_that_its_page_offers(acts_on, case_of, name, expected):
    case = assessed(case_of("advisor"))
    for page in ("", "why/?unit=log-odds#tabs", "documents/"):
        assert set(acts_on(case, name, page)) == expected


def test_every_act_leads_to_something_on_its_page(acts_on, case_of, client_as, model_in_use):
    case = case_of("advisor")
    client_as("manager").get(case.get_absolute_url())
    case.refresh_from_db()
    for act in acts_on(case, "manager"):
        answer = client_as("manager").get(case.get_absolute_url() + act.partition("#")[0])
        assert answer.status_code == 200
        assert not (part := act.partition("#")[2]) or f'id="{part}"' in answer.content.decode()


def test_acts_follow_the_state_of_the_case(acts_on, case_of, person):
    case = assessed(case_of("advisor"))
    services.claim(case=case, by=person("manager"))
    withdrawal = "#id_withdraw_channel"
    assert set(acts_on(case, "advisor")) == {"#casework", withdrawal, "history/#id_text", "documents/"}
    services.release(case=case, by=person("manager"))
    decided(case, "accept")
    offered = acts_on(case, "advisor")
    assert offered == ["#id_client_statement", "#casework", "history/#id_text", "documents/"]
    assert "#id_reopen_reason" in acts_on(case, "manager")


def test_an_escalated_case_is_answered_by_a_manager_alone(acts_on, case_of, person):
    case = assessed(case_of("advisor"))
    services.escalate(case=case, reason="The employer must be called first.", by=person("advisor"))
    assert "#id_answer" in acts_on(case, "manager")
    assert not {"#decision", "#id_answer", "#id_escalate_reason"} & set(acts_on(case, "advisor"))


def test_a_page_of_no_case_and_an_address_of_nothing_give_no_acts(client_as, case_of):
    assessed(case_of("advisor", reference="730001"))
    for address in ("http://testserver/cases/", "http://testserver/cases/999999/", "/moon/", ""):
        headers = {"HX-Request": "true", "HX-Current-URL": address}
        answer = client_as("advisor").post("/palette/", {"q": "decide"}, headers=headers)
        assert answer.status_code == 200
        assert b"#decision" not in answer.content


@pytest.mark.parametrize(
    ("language", "text", "label", "hint"),
    [
        ("en", "refer to", "Decide, or refer to a colleague", "act on case 730001"),
        ("fr", "transmettre", "Décider, ou transmettre à un collègue", "action sur le dossier 730001"),
    ],
)
def test_acts_read_in_both_languages(client_as, case_of, language, text, label, hint):
    case = assessed(case_of("advisor", reference="730001"))
    headers = {"HX-Current-URL": f"http://testserver{case.get_absolute_url()}", "Accept-Language": language}
    answer = client_as("advisor").post("/palette/", {"q": text}, headers={"HX-Request": "true", **headers})
    html = answer.content.decode()
    assert label in html
    assert hint in html


def test_saved_views_are_the_own_ones_and_those_that_are_shared(client_as, person):
    for owner, name, is_shared in (
        ("advisor", "Late ones", False),
        ("colleague", "Late and large", True),
        ("colleague", "Late and secret", False),
    ):
        SavedView.objects.create(
            owner=person(owner), name=name, filters={"queue": "late"}, is_shared=is_shared
        )
    answer = client_as("advisor").post("/palette/", {"q": "late"}).content.decode()
    assert "Late ones" in answer
    assert "Late and large" in answer
    assert "Late and secret" not in answer
    assert addresses(client_as("advisor"), "late ones") == ["/cases/?queue=late"]
    assert addresses(client_as("analyst"), "late ones") == []
