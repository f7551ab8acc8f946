"""Nothing is unpickled while people and programs use the desk: a database row can never run code."""

import pickle
import sys
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.test import Client as Browser
from django.urls import reverse

from accounts.api_keys.lifecycle import create_key
from accounts.models import CachedValue
from creditdesk.models import Assessment
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password
from tests.creditdesk.views.role_tables import CASES, PAGES, address, args_of
from tests.factories import PEOPLE

pytestmark = pytest.mark.django_db

_watching: list[list[str]] = []


def _note_unpickling(event: str, arguments: tuple[object, ...]) -> None:
    if event == "pickle.find_class" and _watching:
        _watching[-1].append(".".join(map(str, arguments)))


sys.addaudithook(_note_unpickling)


@pytest.fixture
def unpickled(monkeypatch):
    """What was unpickled: every class or function that a pickle named, and every call of the module."""
    seen: list[str] = []

    def refuse(*args, **kwargs):
        seen.append("pickle.loads")
        raise AssertionError("something was unpickled")

    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    _watching.append(seen)
    yield seen
    _watching.pop()


def test_the_hook_sees_what_is_unpickled(unpickled):
    from _pickle import loads

    loads(pickle.dumps(PEOPLE["advisor"]))
    assert unpickled == ["accounts.roles.Role"]


def sign_in_with_both_factors(name: str) -> Browser:
    user = user_with_password(name)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    browser = Browser()
    sign_in(browser, name, "wrong guess")
    sign_in(browser, name)
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    return browser


def test_a_second_factor_sign_in_with_a_hostile_cache_unpickles_nothing(unpickled, settings):
    settings.REQUIRE_MFA = True
    browser = sign_in_with_both_factors("advisor")
    assert is_signed_in(browser)
    assert CachedValue.objects.exists()
    # A protocol 0 pickle, as somebody plants it who can write to the database.
    CachedValue.objects.update(value="cos\nsystem\n(S'true'\ntR.")
    again = Browser()
    assert sign_in(again, "advisor").status_code == 302
    assert sign_in(Browser(), "colleague", "wrong guess").status_code == 200
    assert unpickled == []


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_no_page_unpickles_anything(unpickled, client_as, model_in_use, case_of, name):
    case = case_of("advisor")
    browser = client_as(name)
    for page in sorted(PAGES):
        browser.get(reverse(page, args=args_of(page)))
    for page, method in sorted(CASES):
        getattr(browser, method)(address(page, case))
    assert unpickled == []


def test_rendered_parts_come_from_the_cache_without_unpickling(unpickled, client_as, model_in_use, case_of):
    browser, case = client_as("advisor"), case_of("advisor")
    first, second = (browser.get(f"{case.get_absolute_url()}client/") for _ in range(2))
    assert caches["fragments"].stored  # type: ignore[attr-defined]
    assert "client-profile" in second.content.decode()
    assert first.status_code == second.status_code == 200
    assert unpickled == []


def test_no_api_answer_unpickles_anything(unpickled, person, model_in_use, case_of):
    case = case_of("advisor")
    _, text = create_key(owner=person("advisor"), name="program", by=None)
    program = Browser(headers={"Authorization": f"Bearer {text}", "Idempotency-Key": "one"})
    body = {"items": [{"reference": case.reference}, {"reference": "nobody"}], "contributions": True}
    first, second = (
        program.post("/api/v1/predict/batch", body, content_type="application/json") for _ in range(2)
    )
    assert b"".join(first) == b"".join(second)
    assert Assessment.objects.filter(case=case).exists()
    assert unpickled == []


def test_sessions_and_messages_are_json(settings, client_as):
    client_as("advisor")
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert Session.objects.get().get_decoded()["_auth_user_id"]
