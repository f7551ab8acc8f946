"""A passkey is enrolled, renamed and removed by its owner alone, and each is recorded."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.audit import Action
from tests.accounts.password_sign_in import is_signed_in, sign_in, user_with_password
from tests.accounts.sign_in.authenticator import SoftAuthenticator
from tests.accounts.sign_in.passkeys import ADD, Browser, enrol, sign_in_with

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.accounts.urls"),
    pytest.mark.usefixtures("mfa_required"),
]


def test_who_has_no_factor_may_choose_a_passkey_which_opens_the_desk_and_is_recorded(passkey_owner, events):
    browser = Browser()
    sign_in(browser, "advisor")
    assert browser.get("/page/")["Location"] == "/accounts/2fa/totp/activate/?next=/page/"
    assert ADD in browser.get("/accounts/2fa/totp/activate/").content.decode()
    assert enrol(browser, SoftAuthenticator())["Location"] == "/accounts/2fa/recovery-codes/"
    assert browser.get("/page/").status_code == 200
    assert [event.details for event in events(Action.MFA_CHANGE)] == [{"change": "passkey added"}]
    assert "Laptop" not in str([event.details for event in events(Action.MFA_CHANGE)])


def test_the_registration_demands_a_credential_that_is_kept_and_opened_by_its_owner(passkey_owner):
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


def test_a_passkey_that_does_not_verify_its_owner_is_not_enrolled(passkey_owner):
    browser = Browser()
    sign_in(browser, "advisor")
    answer = enrol(browser, SoftAuthenticator(verifies_owner=False))
    assert "no new passkey" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_one_s_own_passkey_is_not_enrolled_for_another_origin(passkey_owner):
    browser = Browser()
    sign_in(browser, "advisor")
    enrol(browser, SoftAuthenticator(origin="https://desk.localhost"))
    assert not Authenticator.objects.exists()


def test_an_enrolment_that_cannot_be_recorded_does_not_happen(passkey_owner, by_hand):
    browser = Browser(raise_request_exception=False)
    sign_in(browser, "advisor")
    options = browser.get(ADD).context["options"]
    by_hand("UPDATE accounts_audithead SET seal = 'broken'")
    credential = SoftAuthenticator().create(options)
    assert browser.post(ADD, {"name": "Laptop", "credential": credential}).status_code == 500
    assert not Authenticator.objects.exists()


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
