"""A passkey opens the desk alone, because it verifies its owner; what is no such passkey opens nothing."""

import time

import pytest
from allauth.mfa.models import Authenticator

from accounts.audit import Action
from accounts.models import User
from tests.accounts.password_sign_in import is_signed_in, sign_in
from tests.accounts.sign_in.authenticator import SoftAuthenticator
from tests.accounts.sign_in.passkeys import (
    ADD,
    AUTHENTICATE,
    LOGIN,
    REAUTHENTICATE,
    Browser,
    options_of,
    sign_in_with,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.accounts.urls"),
    pytest.mark.usefixtures("mfa_required"),
]


def steps(events) -> list[tuple[str, str]]:
    return [(event.target, event.details["step"]) for event in events(Action.SIGN_IN_FAILED)]


def test_a_passkey_alone_signs_in_and_satisfies_the_demand_for_a_second_factor(passkey, events):
    browser = Browser()
    answer = sign_in_with(browser, passkey, next="/page/")
    assert (answer.status_code, answer["Location"]) == (302, "/page/")
    assert browser.get("/page/").status_code == 200
    assert events(Action.SIGN_IN)[-1].details == {"with": ["passkey"]}
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None


def test_a_sign_in_that_cannot_be_recorded_opens_nothing(passkey, by_hand):
    browser = Browser(raise_request_exception=False)
    credential = passkey.get(options_of(browser))
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    assert browser.post(LOGIN, {"credential": credential}).status_code == 500
    assert not is_signed_in(browser)


def test_an_assertion_works_once(passkey, events):
    first, second = Browser(), Browser()
    credential = passkey.get(options_of(first))
    options_of(second)
    assert first.post(LOGIN, {"credential": credential})["Location"] == "/"
    first.post("/accounts/logout/")
    for browser in (first, second, Browser()):
        assert browser.post(LOGIN, {"credential": credential})["Location"] == "/accounts/login/"
        assert not is_signed_in(browser)
    assert steps(events) == [("user:advisor", "passkey")] * 3


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://localhost", "http://desk.localhost", "http://localhost:8001"]
)
def test_an_assertion_for_another_origin_opens_nothing(passkey, origin):
    browser = Browser()
    passkey.origin = origin
    sign_in_with(browser, passkey)
    assert not is_signed_in(browser)


def test_an_assertion_without_its_owner_verified_opens_nothing(passkey):
    browser = Browser()
    passkey.verifies_owner = False
    sign_in_with(browser, passkey)
    assert not is_signed_in(browser)


def test_the_signature_of_another_key_opens_nothing(passkey):
    browser, forged = Browser(), SoftAuthenticator()
    forged.credential_id, forged.user_handle = passkey.credential_id, passkey.user_handle
    sign_in_with(browser, forged)
    assert not is_signed_in(browser)


def test_a_copied_authenticator_is_found_by_its_counter(passkey):
    browser, copy = Browser(), Browser()
    passkey.counter = 7
    sign_in_with(browser, passkey)
    assert is_signed_in(browser)
    passkey.counter = 5
    sign_in_with(copy, passkey)
    assert not is_signed_in(copy)


def test_a_deactivated_user_is_refused_as_any_stranger(passkey, events):
    User.objects.filter(username="advisor").update(is_active=False)
    browser = Browser()
    assert sign_in_with(browser, passkey)["Location"] == "/accounts/login/"
    assert not is_signed_in(browser)
    assert steps(events) == [("user:advisor", "passkey")]


def test_an_account_that_waits_for_its_owner_is_not_opened_by_a_passkey(passkey, passkey_owner):
    passkey_owner.set_unusable_password()
    passkey_owner.save()
    browser = Browser()
    sign_in_with(browser, passkey)
    assert not is_signed_in(browser)


def test_a_passkey_is_the_second_factor_after_a_password_too(passkey, events):
    browser = Browser()
    assert sign_in(browser, "advisor")["Location"] == AUTHENTICATE
    options = browser.get(AUTHENTICATE).context["js_data"]["request_options"]
    browser.post(AUTHENTICATE, {"credential": passkey.get(options)})
    assert browser.get("/page/").status_code == 200
    assert events(Action.SIGN_IN)[-1].details == {"with": ["password", "passkey"]}


def test_after_a_password_too_the_passkey_verifies_its_owner(passkey):
    browser = Browser()
    sign_in(browser, "advisor")
    passkey.verifies_owner = False
    options = browser.get(AUTHENTICATE).context["js_data"]["request_options"]
    browser.post(AUTHENTICATE, {"credential": passkey.get(options)})
    assert not is_signed_in(browser)


def test_who_knows_the_password_alone_cannot_use_up_the_owner_s_attempts(passkey):
    stranger, own = Browser(REMOTE_ADDR="203.0.113.9"), Browser(REMOTE_ADDR="198.51.100.7")
    sign_in(stranger, "advisor")
    for _ in range(8):
        options = stranger.get(AUTHENTICATE).context["js_data"]["request_options"]
        stranger.post(AUTHENTICATE, {"credential": SoftAuthenticator().get(options)})
    assert not is_signed_in(stranger)
    sign_in(own, "advisor")
    options = own.get(AUTHENTICATE).context["js_data"]["request_options"]
    own.post(AUTHENTICATE, {"credential": passkey.get(options)})
    assert is_signed_in(own)


def test_an_old_session_proves_itself_by_the_passkey_before_the_factor_changes(passkey, monkeypatch):
    browser = Browser()
    sign_in_with(browser, passkey)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 600)
    assert browser.get(ADD)["Location"].startswith("/accounts/reauthenticate/")
    options = browser.get(REAUTHENTICATE).context["options"]
    wrong = browser.post(REAUTHENTICATE, {"credential": SoftAuthenticator().get(options)})
    assert wrong.status_code == 200
    assert browser.get(ADD).status_code == 302
    options = browser.get(REAUTHENTICATE).context["options"]
    answer = browser.post(REAUTHENTICATE, {"credential": passkey.get(options), "next": ADD})
    assert answer["Location"] == ADD
    assert browser.get(ADD).status_code == 200


def test_a_session_from_before_the_enrolment_has_to_prove_the_passkey(passkey, passkey_owner):
    browser = Browser()
    browser.force_login(passkey_owner)
    assert browser.get("/page/")["Location"] == f"{REAUTHENTICATE}?next=/page/"
    assert browser.get(ADD)["Location"] == f"{REAUTHENTICATE}?next={ADD}"


_KEY = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": %s}'
NO_CREDENTIALS = [
    *("", "x", "null", "1", "[]", '"text"', "{}", '{"response": 1}', '{"response": {"userHandle": 5}}'),
    '{"response": {"userHandle": "MQ"}}',
    _KEY % "{}",
    # A number of an account that no database holds.
    _KEY
    % """{"clientDataJSON": "e30", "signature": "AA", "authenticatorData": "AA", "attestationObject": "oA",
    "userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}""",
]


def test_what_is_no_credential_opens_nothing_and_breaks_nothing(passkey):
    stranger, halfway, own = Browser(), Browser(), Browser()
    options_of(stranger)
    sign_in(halfway, "advisor")
    sign_in_with(own, passkey)
    for credential in NO_CREDENTIALS:
        halfway.get(AUTHENTICATE)
        own.get(ADD)
        assert stranger.post(LOGIN, {"credential": credential}).status_code == 302
        assert halfway.post(AUTHENTICATE, {"credential": credential}).status_code == 200
        assert own.post(ADD, {"name": "Phone", "credential": credential}).status_code == 200
        assert (is_signed_in(stranger), is_signed_in(halfway)) == (False, False)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_guessing_at_the_passkey_door_is_limited_by_address(passkey, settings):
    settings.MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
    browser = Browser()
    statuses = [browser.post(LOGIN, {"credential": "{}"}).status_code for _ in range(11)]
    assert statuses == [302] * 10 + [429]
