"""A desk that demands a second factor, and a person with a passkey."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import User
from tests.accounts.password_sign_in import sign_in, user_with_password
from tests.accounts.sign_in.authenticator import SoftAuthenticator
from tests.accounts.sign_in.passkeys import Browser, enrol


@pytest.fixture
def mfa_required(settings) -> None:
    settings.REQUIRE_MFA = True


@pytest.fixture
def passkey_owner() -> User:
    return user_with_password("advisor")


@pytest.fixture
def passkey(passkey_owner) -> SoftAuthenticator:
    """A passkey that its owner has enrolled."""
    browser, passkey = Browser(), SoftAuthenticator()
    sign_in(browser, "advisor")
    enrol(browser, passkey)
    assert Authenticator.objects.filter(user=passkey_owner, type="webauthn").exists()
    return passkey
