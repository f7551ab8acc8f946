"""A passkey opens the desk alone, because it verifies its owner; what is no such passkey opens nothing."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.audit import Action
from accounts.models import User
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password
from tests.accounts.sign_in.authenticator import SoftAuthenticator

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
ADD, LOGIN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
AUTHENTICATE, REAUTHENTICATE = "/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/reauthenticate/"


class Browser(Client):
    """On the host for which the authenticator made the credential."""

    def __init__(self, **extra) -> None:
        super().__init__(SERVER_NAME="localhost", SERVER_PORT="80", **extra)


@pytest.fixture(autouse=True)
def mfa_required(settings) -> None:
    settings.REQUIRE_MFA = True


@pytest.fixture
def advisor() -> User:
    return user_with_password("advisor")


def enrol(browser: Browser, passkey: SoftAuthenticator, name: str = "Laptop"):
    options = browser.get(ADD).context["options"]
    return browser.post(ADD, {"name": name, "credential": passkey.create(options)})


@pytest.fixture
def passkey(advisor) -> SoftAuthenticator:
    """A passkey that the advisor has enrolled."""
    browser, passkey = Browser(), SoftAuthenticator()
    sign_in(browser, "advisor")
    enrol(browser, passkey)
    assert Authenticator.objects.filter(user=advisor, type="webauthn").exists()
    return passkey


def options_of(browser: Browser) -> dict[str, Any]:
    return browser.get(LOGIN, headers={"Accept": "application/json"}).json()["request_options"]


def sign_in_with(browser: Browser, passkey: SoftAuthenticator, **fields: str):
    return browser.post(LOGIN, {"credential": passkey.get(options_of(browser)), **fields})


def steps(events) -> list[tuple[str, str]]:
    return [(event.target, event.details["step"]) for event in events(Action.SIGN_IN_FAILED)]


def test_who_has_no_factor_may_choose_a_passkey_which_opens_the_desk_and_is_recorded(advisor, events):
    browser = Browser()
    sign_in(browser, "advisor")
    assert browser.get("/page/")["Location"] == "/accounts/2fa/totp/activate/?next=/page/"
    assert ADD in browser.get("/accounts/2fa/totp/activate/").content.decode()
    assert enrol(browser, SoftAuthenticator())["Location"] == "/accounts/2fa/recovery-codes/"
    assert browser.get("/page/").status_code == 200
    assert [event.details for event in events(Action.MFA_CHANGE)] == [{"change": "passkey added"}]
    assert "Laptop" not in str([event.details for event in events(Action.MFA_CHANGE)])


def test_the_registration_demands_a_credential_that_is_kept_and_opened_by_its_owner(advisor):
    browser = Browser()
    sign_in(browser, "advisor")
    public = browser.get(ADD).context["options"]["publicKey"]
    assert dict(public["authenticatorSelection"]) == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (public["rp"]["id"], public["rp"]["name"], public["user"]["name"]) == (
        "localhost",
        "creditdesk",
        "advisor",
    )


def test_a_passkey_that_does_not_verify_its_owner_is_not_enrolled(advisor):
    browser = Browser()
    sign_in(browser, "advisor")
    answer = enrol(browser, SoftAuthenticator(verifies_owner=False))
    assert "no new passkey" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_one_s_own_passkey_is_not_enrolled_for_another_origin(advisor):
    browser = Browser()
    sign_in(browser, "advisor")
    enrol(browser, SoftAuthenticator(origin="https://desk.localhost"))
    assert not Authenticator.objects.exists()


def test_an_enrolment_that_cannot_be_recorded_does_not_happen(advisor, by_hand):
    browser = Browser(raise_request_exception=False)
    sign_in(browser, "advisor")
    options = browser.get(ADD).context["options"]
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    credential = SoftAuthenticator().create(options)
    assert browser.post(ADD, {"name": "Laptop", "credential": credential}).status_code == 500
    assert not Authenticator.objects.exists()


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


def test_a_removed_passkey_opens_nothing_and_its_removal_is_recorded(passkey, events):
    browser = Browser()
    sign_in_with(browser, passkey)
    number = Authenticator.objects.get(type="webauthn").pk
    assert "Laptop" in browser.get(f"/accounts/2fa/webauthn/keys/{number}/remove/").content.decode()
    browser.post(f"/accounts/2fa/webauthn/keys/{number}/remove/")
    assert not Authenticator.objects.exists()
    assert events(Action.MFA_CHANGE)[-1].details == {"change": "passkey removed"}
    stranger = Browser()
    sign_in_with(stranger, passkey)
    assert not is_signed_in(stranger)


def test_a_deactivated_user_is_refused_as_any_stranger(passkey, events):
    User.objects.filter(username="advisor").update(is_active=False)
    browser = Browser()
    assert sign_in_with(browser, passkey)["Location"] == "/accounts/login/"
    assert not is_signed_in(browser)
    assert steps(events) == [("user:advisor", "passkey")]


def test_an_account_that_waits_for_its_owner_is_not_opened_by_a_passkey(passkey, advisor):
    advisor.set_unusable_password()
    advisor.save()
    browser = Browser()
    sign_in_with(browser, passkey)
    assert not is_signed_in(browser)


def test_passkeys_are_renamed_and_listed_by_their_owner_alone(passkey, events):
    user_with_password("colleague")
    number = Authenticator.objects.get(type="webauthn").pk
    own, other = Browser(), Browser()
    sign_in_with(own, passkey)
    own.post(f"/accounts/2fa/webauthn/keys/{number}/edit/", {"name": "Old laptop"})
    assert "Old laptop" in own.get("/accounts/2fa/").content.decode()
    assert events(Action.MFA_CHANGE)[-1].details == {"change": "passkey renamed"}
    sign_in(other, "colleague")
    enrol(other, SoftAuthenticator(), name="Phone")
    assert "Old laptop" not in other.get("/accounts/2fa/").content.decode()
    for act in ("edit", "remove"):
        assert other.post(f"/accounts/2fa/webauthn/keys/{number}/{act}/", {"name": "Mine"}).status_code == 404
    assert Authenticator.objects.get(pk=number).wrap().name == "Old laptop"


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


def test_a_session_from_before_the_enrolment_has_to_prove_the_passkey(passkey, advisor):
    browser = Browser()
    browser.force_login(advisor)
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
