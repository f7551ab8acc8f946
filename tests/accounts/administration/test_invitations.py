"""A new user is invited: the link works once, for its owner, and opens what the owner chose."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.audit import Action
from accounts.models import AuditEvent, User
from accounts.roles import Role
from tests.accounts.administration.users import NEW, USERS, act, with_address
from tests.accounts.password_sign_in import PASSWORD, is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db


def link_in(text: str) -> str:
    match = re.search(r"http://127\.0\.0\.1:8000(/accounts/invitation/\S+?/)(?=[\s<])", text)
    assert match, text
    return match[1]


def set_up(link: str, password: str = "a pass-phrase of my own") -> Any:  # noqa: S107
    """The owner's way: the link, the form behind it, a password typed twice."""
    browser = Browser()
    page = browser.get(link, follow=True)
    return browser.post(page.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_an_administrator_makes_a_user_who_is_of_no_use_before_the_owner_sets_it_up(proven_as, events):
    page = proven_as("admin").post(f"{USERS}add/", NEW, follow=True).content.decode()
    user = User.objects.get(username="newcomer")
    assert (user.role, user.is_staff, user.is_superuser) == (Role.ADVISOR, False, False)
    assert not user.has_usable_password()
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.actor, event.target) == ("admin", "user:newcomer")
    assert event.details["added"][1]["values"]["first_name"] == [None, "Ada"]
    assert str(user.pk) in event.details["rows"]["accounts_user"]
    link = link_in(page)
    assert set_up(link)["Location"] == "/accounts/login/"
    assert sign_in(Browser(), "newcomer", "a pass-phrase of my own").status_code == 302
    (event,) = events(Action.PASSWORD_CHANGE)
    assert (event.actor, event.details) == ("newcomer", {"with": "invitation"})
    assert "pass-phrase" not in str(list(AuditEvent.objects.values()))


def test_the_link_works_once(proven_as):
    link = link_in(proven_as("admin").post(f"{USERS}add/", NEW, follow=True).content.decode())
    set_up(link)
    assert "no longer works" in set_up(link, "another pass-phrase").content.decode()
    assert User.objects.get(username="newcomer").check_password("a pass-phrase of my own")


def test_the_link_works_for_a_limited_time_and_not_for_who_was_deactivated(proven_as, settings):
    link = link_in(proven_as("admin").post(f"{USERS}add/", NEW, follow=True).content.decode())
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer works" in Browser().get(link, follow=True).content.decode()
    settings.PASSWORD_RESET_TIMEOUT = 3600
    User.objects.filter(username="newcomer").update(is_active=False)
    assert "no longer works" in Browser().get(link, follow=True).content.decode()
    assert not User.objects.get(username="newcomer").has_usable_password()


def test_with_an_address_the_link_is_mailed_and_shown_to_nobody(
    proven_as, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        browser = proven_as("admin")
        page = browser.post(f"{USERS}add/", NEW | {"email": "ada@bank.example"}, follow=True)
    assert "/accounts/invitation/" not in page.content.decode()
    (mail,) = mailoutbox
    assert mail.to == ["ada@bank.example"]
    assert "Choose a password here" in mail.body
    assert "Choisissez" in mail.body
    set_up(link_in(mail.body))
    assert User.objects.get(username="newcomer").check_password("a pass-phrase of my own")


def test_a_weak_password_is_refused_behind_the_link_too(proven_as):
    link = link_in(proven_as("admin").post(f"{USERS}add/", NEW, follow=True).content.decode())
    assert "errorlist" in set_up(link, "short").content.decode()
    assert not User.objects.get(username="newcomer").has_usable_password()


def test_an_administrator_sets_nobodys_password_and_invites_instead(
    proven_as, events, mailoutbox, django_capture_on_commit_callbacks
):
    advisor, browser = with_address(user_with_password("advisor")), Browser()
    sign_in(browser, "advisor")
    admin = proven_as("admin")
    new = {"password1": "a replaced pass-phrase", "password2": "a replaced pass-phrase"}
    assert admin.post(f"{USERS}{advisor.pk}/password/", new | {"usable_password": "true"}).status_code == 403
    assert is_signed_in(browser)
    with django_capture_on_commit_callbacks(execute=True):
        act(admin, "invite_again", advisor)
    assert not is_signed_in(browser)
    assert not is_signed_in(_signed_in_with(PASSWORD))
    (event,) = events(Action.ADMIN_CHANGE)
    assert (event.target, event.details["invited"]) == ("user:advisor", [False, True])
    set_up(link_in(mailoutbox[0].body), "a pass-phrase of my own")
    assert is_signed_in(_signed_in_with("a pass-phrase of my own"))


def _signed_in_with(password: str) -> Browser:
    browser = Browser()
    sign_in(browser, "advisor", password)
    return browser
