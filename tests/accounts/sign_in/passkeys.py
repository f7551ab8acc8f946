"""Passkeys in tests: a browser on their host, how one is enrolled, and how it signs in."""

from typing import Any

from django.test import Client

from tests.accounts.sign_in.authenticator import SoftAuthenticator

ADD, LOGIN = "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/login/"
AUTHENTICATE, REAUTHENTICATE = "/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/reauthenticate/"


class Browser(Client):
    """On the host for which the authenticator made the credential."""

    def __init__(self, **extra) -> None:
        super().__init__(SERVER_NAME="localhost", SERVER_PORT="80", **extra)


def enrol(browser: Browser, passkey: SoftAuthenticator, name: str = "Laptop"):
    options = browser.get(ADD).context["options"]
    return browser.post(ADD, {"name": name, "credential": passkey.create(options)})


def options_of(browser: Browser) -> dict[str, Any]:
    return browser.get(LOGIN, headers={"Accept": "application/json"}).json()["request_options"]


def sign_in_with(browser: Browser, passkey: SoftAuthenticator, **fields: str):
    return browser.post(LOGIN, {"credential": passkey.get(options_of(browser)), **fields})
