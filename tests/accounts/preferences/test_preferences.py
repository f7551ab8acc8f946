"""Preferences belong to one person, follow them to every page, and need no script to be changed."""

import pytest

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_single_keys_are_on_until_somebody_turns_them_off(client_as):
    advisor, colleague = client_as("advisor"), client_as("colleague")
    assert "data-without-keys" not in advisor.get("/help/").content.decode()
    advisor.post("/accounts/preferences/", {"is_compact": "on"})
    assert list(User.objects.filter(has_single_keys=False, is_compact=True)) == [
        User.objects.get(username="advisor")
    ]
    page = advisor.get("/help/").content.decode()
    assert "data-without-keys" in page
    assert "data-compact" in page
    assert "data-without-keys" not in colleague.get("/help/").content.decode()


def test_saved_preferences_can_be_taken_back(client_as):
    browser = client_as("auditor")
    browser.post("/accounts/preferences/", {})
    browser.post("/accounts/preferences/", {"has_single_keys": "on"})
    stored = User.objects.get(username="auditor")
    assert (stored.has_single_keys, stored.is_compact) == (True, False)


def test_nobody_changes_a_role_by_preferences(client_as):
    client_as("advisor").post("/accounts/preferences/", {"role": "admin", "is_superuser": "on"})
    stored = User.objects.get(username="advisor")
    assert (stored.role, stored.is_superuser) == ("advisor", False)


def test_preferences_are_for_people_who_have_signed_in(client):
    assert "/accounts/login/" in client.get("/accounts/preferences/").headers["Location"]
