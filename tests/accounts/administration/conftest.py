"""Browsers of the administration, whose pages take a fresh proof of identity."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from tests.accounts.password_sign_in import sign_in, user_with_password
from tests.factories import PEOPLE


@pytest.fixture
def proven_as(db) -> Callable[[str], Browser]:
    """A browser in which that person has just proved who they are."""

    def sign_in_as(name: str) -> Browser:
        user_with_password(name, role=PEOPLE[name])
        browser = Browser()
        sign_in(browser, name)
        return browser

    return sign_in_as
