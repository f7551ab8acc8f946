"""Administrators see the sessions of a person and end one or all of them; each end is recorded."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import User
from tests.accounts.administration.users import USERS
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db


def sessions_of(user: User) -> list[UserSession]:
    return list(UserSession.objects.filter(user=user).order_by("pk"))


def test_an_administrator_sees_a_person_s_sessions_and_ends_one(proven_as, events):
    advisor, office, stolen = user_with_password("advisor"), Browser(), Browser()
    sign_in(office, "advisor", HTTP_USER_AGENT="Office PC")
    sign_in(stolen, "advisor", HTTP_USER_AGENT="Stolen phone", REMOTE_ADDR="203.0.113.9")
    admin, address = proven_as("admin"), f"{USERS}{advisor.pk}/sessions/"
    page = admin.get(address).content.decode()
    assert "Stolen phone" in page
    assert "203.0.113.9" in page
    assert address in admin.get(f"{USERS}{advisor.pk}/change/").content.decode()
    _, second = sessions_of(advisor)
    admin.post(address, {"session": second.pk})
    assert (is_signed_in(office), is_signed_in(stolen)) == (True, False)
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.actor, event.target, event.details["sessions"]) == ("admin", "user:advisor", [2, 1])
    assert "203.0.113.9" not in str(event.details)


def test_an_administrator_ends_all_sessions_of_a_person_there(proven_as, events):
    advisor, first, second = user_with_password("advisor"), Browser(), Browser()
    for browser in (first, second):
        sign_in(browser, "advisor")
    admin = proven_as("admin")
    admin.post(f"{USERS}{advisor.pk}/sessions/")
    assert (is_signed_in(first), is_signed_in(second)) == (False, False)
    assert [event.details["sessions"] for event in events(Action.ADMIN_CHANGE)] == [[2, 0]]


def test_the_session_of_another_person_is_not_ended_by_its_number(proven_as, person, events):
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    (session,) = sessions_of(advisor)
    for number in (session.pk, "x", "99999999999999999999", "9" * 5000):
        proven_as("admin").post(f"{USERS}{person('manager').pk}/sessions/", {"session": number})
    assert is_signed_in(browser)
    assert events(Action.ADMIN_CHANGE) == []


def test_an_administrator_keeps_the_session_from_which_they_end_their_own(proven_as, person):
    admin, other = proven_as("admin"), Browser()
    sign_in(other, "admin")
    admin.post(f"{USERS}{person('admin').pk}/sessions/")
    assert (is_signed_in(admin), is_signed_in(other)) == (True, False)


def test_sessions_that_cannot_be_recorded_as_ended_go_on(proven_as, by_hand):
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    admin = proven_as("admin")
    admin.raise_request_exception = False
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    assert admin.post(f"{USERS}{advisor.pk}/sessions/").status_code == 500
    assert is_signed_in(browser)


def test_only_administrators_see_sessions_and_prove_again_who_they_are(proven_as, monkeypatch):
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    address = f"{USERS}{advisor.pk}/sessions/"
    for name in ("auditor", "manager"):
        assert proven_as(name).get(address).status_code == 403
        assert proven_as(name).post(address).status_code == 403
    admin = proven_as("admin")
    later = time.time() + 400
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: later)
    assert "reauthenticate" in admin.post(address)["Location"]
    assert len(sessions_of(advisor)) == 1
