from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.test import Client as Browser

from accounts.oidc import protocol
from tests.accounts.oidc.directory import CLIENT, Directory, serving


@pytest.fixture
def directory(settings, db) -> Iterator[Directory]:
    """A directory over HTTP, whose managers and administrators are those of the desk."""
    protocol._documents.clear()
    with serving(Directory()) as running:
        settings.OIDC_ISSUER = running.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT
        settings.OIDC_NAME = "Bank account"
        settings.OIDC_GROUP_ROLES = {"desk-admins": "admin", "desk-managers": "manager"}
        yield running


@pytest.fixture
def through_directory(directory) -> Callable[..., Any]:
    """Sign in as the browser does: the button, the directory's page, the way back."""

    def sign_in(browser: Browser, **fields: str) -> Any:
        return browser.get(way_back(browser, **fields))

    return sign_in


def way_back(browser: Browser, **fields: str) -> str:
    """The address to which the directory sends the browser."""
    address = browser.post("/accounts/oidc/login/", fields)["Location"]
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    return back.removeprefix("http://testserver")
