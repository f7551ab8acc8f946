"""With a new password, one's API keys end when one says so; an administrator sees and ends anybody's."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.api_keys.lifecycle import create_key, key_of
from accounts.audit import Action
from accounts.models import ApiKey
from accounts.sign_in import invitations
from tests.accounts.password_sign_in import PASSWORD, sign_in, user_with_password

pytestmark = pytest.mark.django_db
NEW = "a quite new pass-phrase"
CHANGE = "/accounts/password/change/"


@pytest.fixture
def advisor():
    return user_with_password("advisor")


@pytest.fixture
def browser(advisor) -> Browser:
    browser = Browser()
    sign_in(browser, "advisor")
    return browser


def change(browser: Browser, **more: str):
    return browser.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **more})


def test_keys_end_with_the_password_when_chosen(advisor, browser, events):
    keys = [create_key(owner=advisor, name=name, by=None) for name in ("branch", "batch")]
    other, of_colleague = create_key(owner=user_with_password("colleague"), name="other", by=None)
    assert "end_api_keys" in browser.get(CHANGE).content.decode()
    change(browser, end_api_keys="on")
    assert [key_of(text) for _, text in keys] == [None, None]
    assert key_of(of_colleague) == other
    revoked = events(Action.API_KEY_REVOKED)
    assert {event.target for event in revoked} == {key.prefix for key, _ in keys}
    assert {event.actor for event in revoked} == {"advisor"}


def test_keys_go_on_when_it_is_not_chosen(advisor, browser):
    key, text = create_key(owner=advisor, name="branch", by=None)
    change(browser)
    advisor.refresh_from_db()
    assert advisor.check_password(NEW)
    assert key_of(text) == key


def test_a_refused_password_ends_no_key(advisor, browser):
    key, text = create_key(owner=advisor, name="branch", by=None)
    browser.post(CHANGE, {"oldpassword": "wrong", "password1": NEW, "password2": NEW, "end_api_keys": "on"})
    assert key_of(text) == key


def test_a_password_is_not_changed_when_the_keys_cannot_be_ended(advisor, browser, monkeypatch):
    create_key(owner=advisor, name="branch", by=None)

    def fail(**kwargs: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("accounts.sign_in.password_forms.revoke_all", fail)
    browser.raise_request_exception = False
    assert change(browser, end_api_keys="on").status_code == 500
    advisor.refresh_from_db()
    assert advisor.check_password(PASSWORD)


def test_without_a_key_there_is_no_choice(browser):
    assert "end_api_keys" not in browser.get(CHANGE).content.decode()


def test_the_choice_is_there_behind_an_invitation_too(advisor):
    _, text = create_key(owner=advisor, name="branch", by=None)
    link, newcomer = invitations.invite(advisor), Browser()
    page = newcomer.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    passwords = {"new_password1": NEW, "new_password2": NEW, "end_api_keys": "on"}
    newcomer.post(page.request["PATH_INFO"], passwords)
    advisor.refresh_from_db()
    assert (advisor.check_password(NEW), key_of(text)) == (True, None)


def test_an_administrator_sees_and_ends_anybodys_key_on_the_page(advisor, client_as, events):
    key, text = create_key(owner=advisor, name="branch", by=None)
    admin, end = client_as("admin"), reverse("api_key_revoke", args=[key.prefix])
    page = admin.get(reverse("api_keys")).content.decode()
    assert f"cdk_{key.prefix}" in page
    assert end in page
    admin.post(end)
    assert key_of(text) is None
    assert ApiKey.objects.get(pk=key.pk).revoked_at
    (event,) = events(Action.API_KEY_REVOKED)
    assert (event.actor, event.target, event.details["owner"]) == ("admin", key.prefix, "advisor")
