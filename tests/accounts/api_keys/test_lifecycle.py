"""The life of an API key: shown once, kept as a digest, rotated, revoked, each step in the audit log."""

import io
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.api_keys.lifecycle import (
    OVERLAP,
    KeyRefused,
    create_key,
    key_of,
    note_use,
    revoke_key,
    rotate_key,
)
from accounts.models import ApiKey, AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(person):
    """A browser whose person has just given the password, as making a key wants it."""

    def sign_in(name: str) -> Browser:
        user = person(name)
        user.set_password("correct horse battery staple")
        user.save()
        browser = Browser()
        browser.post(reverse("account_login"), {"login": name, "password": "correct horse battery staple"})
        return browser

    return sign_in


def test_the_text_of_a_key_is_kept_nowhere(person):
    key, text = create_key(owner=person("advisor"), name="branch", by=None)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert text not in str(row)
    assert text.rpartition("_")[2] not in str(AuditEvent.objects.values_list("details", "target"))
    assert key_of(text) == key


@pytest.mark.parametrize("text", ["", "cdk_", "x" * 5_000, "cdk_\0", "é"])
def test_another_text_opens_nothing(person, text):
    create_key(owner=person("advisor"), name="branch", by=None)
    assert key_of(text) is None


def test_the_owner_of_a_key_found_is_whole(person):
    _, text = create_key(owner=person("manager"), name="branch", by=None)
    key = key_of(text)
    assert key
    assert key.owner.get_deferred_fields() == key.get_deferred_fields() == set()
    assert key.owner.has_perm("creditdesk.view_all_cases")


def test_a_rotated_key_goes_on_for_a_day_beside_its_successor(person):
    owner = person("advisor")
    key, text = create_key(owner=owner, name="branch", by=None, scopes=["predict"], per_minute=7)
    successor, new_text = rotate_key(key=key, by=owner)
    assert key_of(text)
    assert key_of(new_text) == successor
    assert (successor.scopes, successor.per_minute, successor.name) == (["predict"], 7, "branch")
    key.refresh_from_db()
    assert key.expires_at <= timezone.now() + OVERLAP
    assert AuditEvent.objects.get(action="api_key_rotated").details["successor"] == successor.prefix


def test_a_revoked_key_is_dead_and_stays_so(person):
    owner = person("advisor")
    key, text = create_key(owner=owner, name="branch", by=None)
    revoke_key(key=key, by=owner)
    assert key_of(text) is None
    with pytest.raises(KeyRefused):
        rotate_key(key=key, by=owner)
    event = AuditEvent.objects.get(action="api_key_revoked")
    assert (event.actor, event.target) == ("advisor", key.prefix)


def test_an_administrator_revokes_anybodys_key_and_a_colleague_nobodys(person):
    key, _ = create_key(owner=person("advisor"), name="branch", by=None)
    with pytest.raises(PermissionDenied):
        revoke_key(key=key, by=person("colleague"))
    with pytest.raises(PermissionDenied):
        rotate_key(key=key, by=person("admin"))
    assert revoke_key(key=key, by=person("admin")).revoked_at


@pytest.mark.parametrize("days", [0, 367])
def test_a_key_lasts_a_year_at_most(person, days):
    with pytest.raises(KeyRefused):
        create_key(owner=person("advisor"), name="branch", by=None, days=days)


def test_the_last_use_is_noted_to_the_minute(person):
    key, _ = create_key(owner=person("advisor"), name="branch", by=None)
    note_use(key)
    key.refresh_from_db()
    noted = key.last_used_at
    note_use(key)
    key.refresh_from_db()
    assert noted is not None
    assert key.last_used_at == noted
    ApiKey.objects.update(last_used_at=noted - timedelta(minutes=2))
    key.refresh_from_db()
    note_use(key)
    key.refresh_from_db()
    assert key.last_used_at > noted


def test_the_command_prints_a_key_that_works(person):
    person("advisor")
    out = io.StringIO()
    call_command("create_api_key", "advisor", stdout=out, stderr=io.StringIO())
    key = key_of(out.getvalue().strip())
    assert key
    assert (key.owner.username, key.scopes) == ("advisor", ["predict", "explain", "model"])


def test_the_command_says_what_is_wrong(person):
    with pytest.raises(CommandError, match="no active user nobody"):
        call_command("create_api_key", "nobody")


def test_the_page_shows_a_new_key_once(signed_in):
    browser, page = signed_in("advisor"), reverse("api_keys")
    made = browser.post(page, {"name": "Front <b>end", "scopes": ["predict"], "days": 30}).content.decode()
    (text,) = re.findall(r"data-api-key[^>]*>(cdk_[^<]+)<", made)
    key = key_of(text)
    assert key
    assert (key.name, key.scopes) == ("Front <b>end", ["predict"])
    later = browser.get(page).content.decode()
    assert text not in later
    assert key.prefix in later
    assert "Front &lt;b&gt;end" in later


def test_the_page_rotates_and_revokes_ones_own_keys(signed_in, person):
    key, _ = create_key(owner=person("advisor"), name="branch", by=None)
    browser = signed_in("advisor")
    rotated = browser.post(reverse("api_key_rotate", args=[key.prefix])).content.decode()
    (text,) = re.findall(r"data-api-key[^>]*>(cdk_[^<]+)<", rotated)
    browser.post(reverse("api_key_revoke", args=[key.prefix]))
    key.refresh_from_db()
    assert key.revoked_at
    assert key_of(text)


def test_a_colleagues_key_does_not_exist_on_the_page(signed_in, person):
    key, _ = create_key(owner=person("advisor"), name="branch", by=None)
    browser = signed_in("colleague")
    assert key.prefix not in browser.get(reverse("api_keys")).content.decode()
    for act in ("api_key_rotate", "api_key_revoke"):
        assert browser.post(reverse(act, args=[key.prefix])).status_code == 404
    assert key.prefix in signed_in("admin").get(reverse("api_keys")).content.decode()


def test_an_old_sign_in_makes_no_key(client_as):
    response = client_as("advisor").post(reverse("api_keys"), {"name": "x", "scopes": ["predict"], "days": 1})
    assert response.status_code == 302
    assert reverse("account_reauthenticate") in response["Location"]
    assert not ApiKey.objects.exists()


def test_the_way_back_from_proving_who_one_is_leads_to_the_page(signed_in, person):
    key, _ = create_key(owner=person("advisor"), name="branch", by=None)
    browser = signed_in("advisor")
    for act in ("api_key_rotate", "api_key_revoke"):
        assert browser.get(reverse(act, args=[key.prefix])).url == reverse("api_keys")
    key.refresh_from_db()
    assert key.is_usable
