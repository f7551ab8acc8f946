"""Passkeys in a real Chromium with a virtual authenticator: enrol, sign in alone, prove oneself, remove."""

import time

import pytest
from allauth.account import app_settings
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from accounts.audit import Action
from accounts.models import AuditEvent
from tests.browser import axe
from tests.browser.conftest import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]


class Device:
    """A virtual authenticator that keeps credentials and verifies its owner."""

    def __init__(self, page: Page, *, verifies_owner: bool = True) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verifies_owner,
            "automaticPresenceSimulation": True,
        }
        self.number = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
            "authenticatorId"
        ]

    def verify_owner(self, verified: bool) -> None:
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.number, "isUserVerified": verified}
        )


def enrol(page: Page, name: str = "Laptop") -> None:
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_a_passkey_is_enrolled_signs_in_alone_and_is_removed(signed_in, settings):
    page = signed_in("advisor")
    settings.REQUIRE_MFA = True
    page.goto("/cases/")
    page.wait_for_url("**/accounts/2fa/totp/activate/**")
    Device(page)
    page.get_by_role("link", name="Or add a passkey instead").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    sign_out(page)
    page.goto("/accounts/login/?next=/help/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("/help/")
    event = AuditEvent.objects.filter(action=Action.SIGN_IN).latest("sequence")
    assert (event.actor, event.details) == ("advisor", {"with": ["passkey"]})
    page.goto("/accounts/2fa/")
    expect(page.locator(".passkeys")).to_contain_text("Laptop")
    page.get_by_role("link", name="Remove Laptop").click()
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url("**/accounts/2fa/totp/activate/**")
    assert not Authenticator.objects.exists()


def test_a_device_that_cannot_verify_its_owner_opens_nothing(signed_in):
    page = signed_in("advisor")
    device = Device(page)
    enrol(page)
    sign_out(page)
    device.verify_owner(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("status").filter(has_text="No passkey was given")).to_be_visible()
    page.goto("/cases/")
    page.wait_for_url("**/accounts/login/**")


def test_a_passkey_is_the_second_step_and_the_proof_of_an_old_session(signed_in, monkeypatch):
    page = signed_in("advisor")
    Device(page)
    enrol(page)
    sign_out(page)
    page.locator("[name=login]").fill("advisor")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/accounts/2fa/authenticate/")
    assert axe.violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/cases/**")
    later = time.time() + app_settings.REAUTHENTICATION_TIMEOUT + 1
    monkeypatch.setattr("accounts.sign_in.sessions.time.time", lambda: later)
    page.goto("/accounts/2fa/webauthn/add/")
    page.wait_for_url("**/accounts/reauthenticate/**")
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/accounts/2fa/webauthn/add/")


def test_without_javascript_the_sign_in_offers_the_password_alone(window):
    page = window(javascript=False)
    page.goto("/accounts/login/")
    assert page.get_by_role("button", name="Sign in", exact=True).is_visible()
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
