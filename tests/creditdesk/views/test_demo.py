"""The demo's first page and its one-click sign-in, which no other installation has."""

import pytest
from django.core.checks import run_checks

from accounts.checks import demo_sign_in_is_for_the_demo
from accounts.demo_people import PEOPLE
from accounts.models import AuditEvent, User
from creditdesk.models import Case
from creditdesk.pages.demo_welcome import PATH
from tests.factories import UserFactory, assessed, decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, case_of) -> None:
    settings.DEMO_SIGN_IN = True
    for username, (role, first_name, last_name) in PEOPLE.items():
        UserFactory(username=username, role=role, first_name=first_name, last_name=last_name)
    case_of("advisor", origin=Case.Origin.DEMO)


def signed_in(browser) -> str:
    key = browser.session.get("_auth_user_id")
    return User.objects.get(pk=key).username if key else ""


def test_a_stranger_lands_on_the_page_that_explains_the_demo(demo, client):
    page = client.get("/", follow=True)
    assert page.redirect_chain[-1][0] == "/demo/"
    for username, (_role, first_name, last_name) in PEOPLE.items():
        assert f'name="person" value="{username}"' in page.content.decode()
        assert f"{first_name} {last_name}" in page.content.decode()


@pytest.mark.parametrize("username", PEOPLE)
def test_each_role_is_one_click_away_and_the_sign_in_is_in_the_log(demo, client, username):
    client.post("/demo/sign-in/", {"person": username})
    assert signed_in(client) == username
    event = AuditEvent.objects.filter(action="sign_in").latest("pk")
    assert (event.actor, event.details) == (username, {"with": ["demo"]})
    assert client.get("/", follow=True).status_code == 200


def test_another_click_changes_the_role(demo, client):
    client.post("/demo/sign-in/", {"person": "advisor"})
    client.post("/demo/sign-in/", {"person": "auditor"})
    assert signed_in(client) == "auditor"
    assert [e.action for e in AuditEvent.objects.order_by("pk") if e.action.startswith("sign_")] == [
        "sign_in",
        "sign_out",
        "sign_in",
    ]


@pytest.mark.parametrize("step", PATH, ids=lambda step: step.code)
def test_each_step_of_the_path_opens_its_page(demo, client, case_of, step):
    decided(assessed(case_of("advisor", origin=Case.Origin.DEMO), 0.3, "refuse"), "refuse")
    answer = client.post("/demo/sign-in/", {"step": step.code})
    assert signed_in(client) == step.person
    assert client.get(answer.url).status_code in {200, 404 if step.code == "letter" else 200}


def test_verdict_what_if_and_decision_are_those_of_the_refusal_nearest_to_the_threshold(
    demo, client, case_of
):
    verdicts = {0.02: "accept", 0.4: "refuse", 0.2: "refuse"}
    cases = {
        probability: assessed(case_of("advisor", origin=Case.Origin.DEMO), probability, verdict)
        for probability, verdict in verdicts.items()
    }
    for step in ("verdict", "what_if", "decide"):
        answer = client.post("/demo/sign-in/", {"step": step})
        assert answer.url.startswith(f"/cases/{cases[0.2].reference}/")


@pytest.mark.parametrize("username", ["", "somebody", "real"])
def test_nobody_but_the_people_of_the_demo_gets_in(demo, client, username):
    UserFactory(username="real")
    assert client.post("/demo/sign-in/", {"person": username}).status_code == 404
    assert signed_in(client) == ""


@pytest.mark.parametrize(("name", "value"), [("DEMO_SIGN_IN", False), ("HTTPS", True), ("REQUIRE_MFA", True)])
def test_no_other_installation_lets_anybody_in(demo, client, settings, name, value):
    settings.SECURE_SSL_REDIRECT = False
    setattr(settings, name, value)
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/sign-in/", {"person": "admin"}).status_code == 404
    assert signed_in(client) == ""
    assert client.get("/").url == "/accounts/login/"


def test_a_database_with_imported_cases_is_no_demo(demo, client, case_of):
    case_of("advisor", origin=Case.Origin.IMPORTED)
    assert client.post("/demo/sign-in/", {"person": "manager"}).status_code == 404
    assert signed_in(client) == ""


@pytest.mark.parametrize(("https", "mfa", "errors"), [(False, False, 0), (True, False, 1), (False, True, 1)])
def test_the_checks_refuse_the_setting_outside_a_demo(settings, https, mfa, errors):
    settings.DEMO_SIGN_IN, settings.HTTPS, settings.REQUIRE_MFA = True, https, mfa
    assert [message.id for message in run_checks()].count("accounts.E002") == errors
    settings.DEMO_SIGN_IN = False
    assert demo_sign_in_is_for_the_demo() == []
