"""Reauthentication gives a new session key, and some acts ask for it."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client as Browser

from tests.accounts.password_sign_in import PASSWORD, is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db
SESSIONS = "/accounts/sessions/"


@pytest.fixture
def browser() -> Browser:
    user_with_password("advisor")
    browser = Browser()
    sign_in(browser, "advisor")
    return browser


@pytest.fixture
def later(browser, monkeypatch) -> None:
    """The sign-in is longer ago than a proof holds."""
    now = time.time() + 400
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: now)


def key_of(browser: Browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def stranger_with(key: str) -> Browser:
    thief = Browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    return thief


def test_a_key_from_before_the_proof_opens_nothing_after_it(browser):
    before = key_of(browser)
    assert is_signed_in(stranger_with(before))
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert is_signed_in(browser)
    assert not is_signed_in(stranger_with(before))
    assert not Session.objects.filter(session_key=before).exists()


def test_a_wrong_proof_changes_no_key(browser):
    before = key_of(browser)
    browser.post("/accounts/reauthenticate/", {"password": "no such password"})
    assert key_of(browser) == before


def test_the_renewed_session_is_the_one_that_its_owner_sees(browser):
    number = UserSession.objects.get().pk
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    session = UserSession.objects.get()
    assert (session.pk, session.session_key) == (number, key_of(browser))
    assert "this session" in browser.get(SESSIONS).content.decode()


def test_ending_other_sessions_takes_a_proof_and_then_goes_on(browser, later):
    other = Browser()
    sign_in(other, "advisor")
    door = browser.post(SESSIONS)
    assert door["Location"].startswith("/accounts/reauthenticate/")
    assert is_signed_in(other)
    browser.post(door["Location"], {"password": PASSWORD, "next": SESSIONS})
    assert not is_signed_in(other)
    assert is_signed_in(browser)
