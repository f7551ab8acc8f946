"""Whoever leaves the directory is out of the desk within a minute, by its check or a token of logout."""

import time
from collections.abc import Callable

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import User
from accounts.oidc import session
from accounts.roles import Role
from accounts.sign_in import sessions
from tests.accounts.oidc.directory import LONG_AGO
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db
LOGOUT = "/accounts/oidc/logout/"


@pytest.fixture
def grace(through_directory) -> Browser:
    browser = Browser()
    through_directory(browser)
    assert is_signed_in(browser)
    return browser


@pytest.fixture
def seconds_later(monkeypatch) -> Callable[[float], None]:
    """Let the desk think that so many seconds have passed since the sign-in."""
    start = time.time()
    return lambda seconds: monkeypatch.setattr("accounts.oidc.session.time.time", lambda: start + seconds)


def limits(events) -> list[object]:
    return [event.details["limit"] for event in events(Action.SESSION_ENDED)]


def test_the_limits_keep_the_promise_of_a_minute():
    assert session.CHECK_SECONDS <= session.LIMIT_SECONDS <= 60


def test_the_session_of_somebody_who_has_left_ends_within_a_minute(grace, directory, events, seconds_later):
    directory.forget_tokens()
    seconds_later(31)
    assert not is_signed_in(grace)
    assert limits(events) == ["directory"]
    (event,) = events(Action.SESSION_ENDED)
    assert event.actor == "grace"
    directory.person["groups"] = []
    seconds_later(0)
    assert not is_signed_in(grace)


def test_a_clock_that_is_set_back_leaves_nobody_unconfirmed(grace, directory, events, seconds_later):
    directory.forget_tokens()
    seconds_later(-30)
    assert not is_signed_in(grace)
    assert limits(events) == ["directory"]


def test_the_directory_gets_a_request_every_thirty_seconds_of_use_and_no_more(
    grace, directory, seconds_later
):
    directory.requested.clear()
    for second in range(0, 120, 5):
        seconds_later(second)
        assert is_signed_in(grace)
    assert directory.requested == ["/userinfo"] * 3


def test_a_session_whose_token_expired_is_confirmed_by_renewal(grace, directory, seconds_later):
    for minute in range(1, 4):
        directory.access.clear()
        seconds_later(60 * minute)
        assert is_signed_in(grace)
    directory.forget_tokens()
    seconds_later(240)
    assert not is_signed_in(grace)


def test_a_token_that_another_request_has_just_renewed_is_taken_from_it(
    grace, directory, seconds_later, monkeypatch
):
    directory.access.clear()
    stale = dict(grace.session[sessions.DIRECTORY])
    seconds_later(31)
    assert is_signed_in(grace)
    stored = grace.session
    renewed = stored[sessions.DIRECTORY]
    stored[sessions.DIRECTORY] = {**stale}
    stored.save()

    def another_request_stores(seconds: float) -> None:
        stored[sessions.DIRECTORY] = renewed
        stored.save()

    monkeypatch.setattr("accounts.oidc.session.time.sleep", another_request_stores)
    assert is_signed_in(grace)


def test_without_renewal_the_session_ends_with_its_token(directory, through_directory, seconds_later):
    directory.gives_refresh = False
    browser = Browser()
    through_directory(browser)
    directory.access.clear()
    seconds_later(31)
    assert not is_signed_in(browser)


def test_a_directory_that_does_not_answer_ends_the_session_after_a_minute(
    grace, directory, events, seconds_later
):
    directory.is_up = False
    seconds_later(45)
    assert is_signed_in(grace)
    seconds_later(61)
    assert not is_signed_in(grace)
    assert limits(events) == ["directory unreachable"]


def test_a_role_that_the_directory_takes_ends_with_every_session(
    grace, directory, through_directory, events, seconds_later
):
    other = Browser()
    through_directory(other)
    directory.person["groups"] = ["everybody"]
    seconds_later(31)
    assert not is_signed_in(grace)
    assert limits(events) == ["no role"]
    assert User.objects.get().role == ""
    assert other.get("/portfolio/").status_code != 200


def test_a_role_that_the_directory_changes_holds_in_the_session(grace, directory, seconds_later):
    assert grace.get("/admin/").status_code == 403
    directory.person["groups"] = ["desk-admins"]
    seconds_later(31)
    assert grace.get("/admin/").status_code == 200
    assert User.objects.get().role == Role.ADMIN


def test_claims_of_another_person_end_the_session(grace, directory, seconds_later):
    directory.person["sub"] = "4712"
    seconds_later(31)
    assert not is_signed_in(grace)


def test_a_session_by_password_is_none_of_the_directory_s(directory, through_directory, seconds_later):
    """Not even where somebody came back from the directory before, without getting in."""
    browser = Browser()
    directory.person["groups"] = []
    through_directory(browser)
    user_with_password("advisor")
    sign_in(browser, "advisor")
    directory.is_up = False
    seconds_later(300)
    assert is_signed_in(browser)


def test_the_directory_ends_every_session_of_a_person_at_once(grace, directory, through_directory, events):
    second, local = Browser(), Browser()
    through_directory(second)
    user_with_password("advisor")
    sign_in(local, "advisor")
    answer = Browser().post(LOGOUT, {"logout_token": directory.logout_token()})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert [is_signed_in(browser) for browser in (grace, second, local)] == [False, False, True]
    (event,) = events(Action.SESSION_ENDED)
    assert (event.target, event.details) == ("user:grace", {"limit": "directory", "sessions_ended": 2})


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": LONG_AGO},
        {"iat": LONG_AGO},
        {"nonce": "as in a token of a sign-in"},
        {"events": {}},
        {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
        {"jti": None},
        {"sub": None},
        {"typ": "JWT"},
        {"typ": "at+jwt"},
    ],
    ids=str,
)
def test_what_is_no_logout_token_of_the_directory_ends_nothing(grace, directory, changed):
    answer = Browser().post(LOGOUT, {"logout_token": directory.logout_token(**changed)})
    assert answer.status_code == 400
    assert is_signed_in(grace)


def test_a_logout_token_works_once_and_needs_its_signature(grace, directory, through_directory):
    token = directory.logout_token()
    head, body, _ = token.split(".")
    for wrong in ("", "x", f"{head}.{body}.", f"{head}.{body}.AAAA"):
        assert Browser().post(LOGOUT, {"logout_token": wrong}).status_code == 400
    assert is_signed_in(grace)
    assert Browser().post(LOGOUT, {"logout_token": token}).status_code == 200
    through_directory(grace)
    assert Browser().post(LOGOUT, {"logout_token": token}).status_code == 400
    assert is_signed_in(grace)


def test_a_logout_that_failed_may_be_sent_again(grace, directory, monkeypatch):
    token = directory.logout_token()

    def fail(_user):
        raise OSError

    with monkeypatch.context() as failing:
        failing.setattr("accounts.oidc.views.sessions.end_sessions", fail)
        assert Browser(raise_request_exception=False).post(LOGOUT, {"logout_token": token}).status_code == 500
    assert is_signed_in(grace)
    assert Browser().post(LOGOUT, {"logout_token": token}).status_code == 200
    assert not is_signed_in(grace)


def test_a_logout_of_somebody_unknown_here_ends_nothing(grace, directory):
    token = directory.logout_token(sub="4799")
    assert Browser().post(LOGOUT, {"logout_token": token}).status_code == 200
    assert is_signed_in(grace)
    assert SocialAccount.objects.count() == 1
