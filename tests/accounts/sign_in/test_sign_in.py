"""One door, the same answer to every wrong guess, and nobody can lock a colleague out."""

import time
from unittest.mock import patch

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.roles import Role
from tests.accounts.password_sign_in import PASSWORD, is_signed_in, sign_in, user_with_password
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor():
    return user_with_password("advisor")


def test_signing_in_leads_to_the_desk_and_is_recorded(advisor, events):
    browser = Browser()
    answer = sign_in(browser, "advisor")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(browser)
    (event,) = events(Action.SIGN_IN)
    assert (event.actor, event.details) == ("advisor", {"with": ["password"]})


def test_a_sign_in_that_cannot_be_recorded_opens_nothing(advisor, by_hand):
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    browser = Browser(raise_request_exception=False)
    assert sign_in(browser, "advisor").status_code == 500
    assert not is_signed_in(browser)
    assert not Session.objects.exists()


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(advisor):
    def errors(name: str) -> object:
        return sign_in(Browser(), name, "wrong guess").context["form"].errors

    assert errors("advisor") == errors("nobody-here")
    UserFactory(username="left-the-bank", is_active=False)
    assert errors("advisor") == errors("left-the-bank")


@pytest.mark.parametrize("name", ["advisor", "nobody-here"])
def test_an_unknown_name_takes_the_work_of_a_known_one(advisor, name):
    with patch.object(MD5PasswordHasher, "encode", autospec=True, return_value="md5$salt$hash") as hashing:
        sign_in(Browser(), name, "wrong guess")
    assert hashing.call_count == 1


def test_a_deactivated_user_gets_no_hint_that_the_password_was_right():
    user_with_password("gone", is_active=False)
    right, wrong = (sign_in(Browser(), "gone", p) for p in (PASSWORD, "wrong guess"))
    assert right.status_code == wrong.status_code == 200
    assert right.context["form"].errors == wrong.context["form"].errors


def test_a_failed_sign_in_is_recorded_without_the_password(advisor, events):
    sign_in(Browser(), "advisor", "wrong-guess-xyz")
    (event,) = events(Action.SIGN_IN_FAILED)
    assert (event.actor, event.target, event.details) == ("", "user:advisor", {"step": "password"})


def test_a_password_typed_as_a_name_is_not_kept(advisor, events):
    for name in ("my-secret-password", "my-secret-password", "another"):
        sign_in(Browser(), name, "x")
    same, again, other = events(Action.SIGN_IN_FAILED)
    assert "my-secret-password" not in str(list(AuditEvent.objects.values()))
    assert same.details == again.details != other.details


def test_ten_wrong_passwords_stop_only_that_name_from_that_address(advisor):
    user_with_password("colleague")
    stranger = Browser(REMOTE_ADDR="203.0.113.9")
    for _ in range(10):
        sign_in(stranger, "advisor", "wrong guess")
    sign_in(stranger, "advisor")
    assert not is_signed_in(stranger)
    elsewhere, same_address = Browser(REMOTE_ADDR="198.51.100.7"), Browser(REMOTE_ADDR="203.0.113.9")
    sign_in(elsewhere, "advisor")
    sign_in(same_address, "colleague")
    assert is_signed_in(elsewhere)
    assert is_signed_in(same_address)


def test_a_known_device_gets_in_whatever_others_try_at_the_same_address(advisor, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "9/m/ip,5/5m/key"}
    own = Browser()
    sign_in(own, "advisor")
    own.post("/accounts/logout/")
    for number in range(15):
        sign_in(Browser(), "advisor" if number < 7 else f"name-{number}", "wrong guess")
    sign_in(Browser(), "advisor")
    sign_in(own, "advisor")
    assert is_signed_in(own)


def test_a_known_device_of_one_person_is_not_one_of_another(advisor):
    user_with_password("colleague")
    shared = Browser()
    sign_in(shared, "colleague")
    shared.post("/accounts/logout/")
    for _ in range(10):
        sign_in(Browser(), "advisor", "wrong guess")
    sign_in(shared, "advisor")
    assert not is_signed_in(shared)


def test_guessing_on_a_known_device_ends_too(advisor):
    own = Browser()
    sign_in(own, "advisor")
    own.post("/accounts/logout/")
    for _ in range(12):
        sign_in(own, "advisor", "wrong guess")
    sign_in(own, "advisor")
    assert not is_signed_in(own)


def test_signing_out_ends_the_session_and_is_recorded(advisor, events):
    browser = Browser()
    sign_in(browser, "advisor")
    browser.post("/accounts/logout/")
    assert not is_signed_in(browser)
    assert [event.actor for event in events(Action.SIGN_OUT)] == ["advisor"]


def test_changing_the_password_ends_the_other_sessions_and_is_recorded(advisor, events):
    here, there = Browser(), Browser()
    sign_in(here, "advisor")
    sign_in(there, "advisor")
    new = {
        "oldpassword": PASSWORD,
        "password1": "a quite new pass-phrase",
        "password2": "a quite new pass-phrase",
    }
    here.post("/accounts/password/change/", new)
    assert is_signed_in(here)
    assert not is_signed_in(there)
    (event,) = events(Action.PASSWORD_CHANGE)
    assert (event.actor, event.details) == ("advisor", {"sessions_ended": 1})
    assert "new pass-phrase" not in str(list(AuditEvent.objects.values()))


def test_ending_one_s_other_sessions_is_recorded(advisor, events):
    here, there = Browser(), Browser()
    sign_in(here, "advisor")
    sign_in(there, "advisor")
    here.post("/accounts/sessions/")
    assert not is_signed_in(there)
    assert [event.details for event in events(Action.SESSION_ENDED)] == [{"sessions_ended": 1}]


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "password/reset/",
        "password/reset/done/",
        "password/set/",
        "login/code/",
        "login/code/confirm/",
        "2fa/webauthn/signup/",
    ],
)
def test_pages_that_the_desk_does_not_offer_do_not_exist(client_as, path):
    for browser in (Browser(), client_as("advisor")):
        assert browser.get(f"/accounts/{path}").status_code == 404
        assert browser.post(f"/accounts/{path}", {"username": "new"}).status_code == 404
    assert f"/accounts/{path}" not in Browser().get("/accounts/login/").content.decode()
    assert list(User.objects.values_list("username", flat=True)) == ["advisor"]


@pytest.mark.parametrize(
    "path",
    ["sessions/", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/recovery-codes/", "reauthenticate/"],
)
def test_one_s_own_pages_ask_a_stranger_to_sign_in(path):
    answer = Browser().get(f"/accounts/{path}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


def test_the_admin_has_no_door_of_its_own(advisor):
    answer = Browser().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert sign_in(Browser(), "advisor").status_code == 302
    refused = Browser().post("/admin/login/", {"username": "advisor", "password": PASSWORD})
    assert refused["Location"] == "/accounts/login/?next=/admin/"


def test_signing_out_of_the_admin_is_recorded_too(client_as, events):
    browser = client_as("admin")
    browser.post("/admin/logout/")
    assert not is_signed_in(browser)
    assert [event.actor for event in events(Action.SIGN_OUT)] == ["admin"]


@pytest.mark.parametrize("wanted", ["http://[", "//[::1", "https://evil.example/", "//evil.example"])
def test_a_sign_in_leads_to_no_other_site_nor_to_an_address_that_is_none(wanted):
    user_with_password("advisor")
    browser = Browser()
    assert browser.get("/accounts/login/", {"next": wanted}).status_code == 200
    answer = browser.post("/accounts/login/", {"login": "advisor", "password": PASSWORD, "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_admin_changes_passwords_where_everybody_does(client_as):
    assert client_as("admin").get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_a_session_that_rested_too_long_is_over_and_recorded(client_as, events, monkeypatch):
    browser = client_as("advisor")
    assert is_signed_in(browser)
    now = time.time()
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: now + 15 * 60 + 1)
    assert not is_signed_in(browser)
    monkeypatch.undo()
    assert not is_signed_in(browser)
    assert [(e.actor, e.details) for e in events(Action.SESSION_ENDED)] == [("advisor", {"limit": "idle"})]


def test_a_session_in_use_lives_ten_hours_and_no_longer(client_as, events, monkeypatch):
    browser = client_as("advisor")
    start = time.time()
    for minutes in range(0, 600, 14):
        monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda now=start + minutes * 60: now)
        assert is_signed_in(browser)
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: start + 600 * 60 + 1)
    assert not is_signed_in(browser)
    assert [event.details for event in events(Action.SESSION_ENDED)] == [{"limit": "absolute"}]


@pytest.mark.parametrize(("note", "limit"), [("signed_in_at", "absolute"), ("seen_at", "idle")])
def test_a_session_does_not_live_for_as_long_as_the_clock_was_ahead(client_as, events, note, limit):
    """Noted a day ahead, by a clock that was then set right."""
    browser = client_as("advisor")
    assert is_signed_in(browser)
    session = browser.session
    session[note] += 24 * 3600
    session.save()
    assert not is_signed_in(browser)
    assert [event.details for event in events(Action.SESSION_ENDED)] == [{"limit": limit}]


def test_use_of_a_session_is_not_written_on_every_request(client_as):
    browser = client_as("advisor")
    browser.get("/accounts/2fa/")
    with CaptureQueriesContext(connection) as queries:
        browser.get("/accounts/2fa/")
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_the_last_use_of_a_session_is_noted_where_its_owner_sees_it(advisor, monkeypatch):
    browser = Browser()
    sign_in(browser, "advisor")
    before = UserSession.objects.get().last_seen_at
    now = time.time()
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: now + 120)
    browser.get("/accounts/2fa/", HTTP_USER_AGENT="Another")
    (session,) = UserSession.objects.all()
    assert session.last_seen_at > before
    assert session.user_agent == "Another"


def test_roles_are_the_only_key_to_the_admin(client_as):
    allowed = {role for role in Role if client_as(role.value).get("/admin/").status_code == 200}
    assert allowed == {Role.ADMIN, Role.AUDITOR}
