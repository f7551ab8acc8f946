"""Users with a password, and their way through the sign-in page."""

from typing import Any, Final

from django.test import Client as Browser

from accounts.models import User
from tests.factories import UserFactory

PASSWORD: Final = "correct horse battery"


def user_with_password(name: str, **columns: Any) -> User:
    user = UserFactory(username=name, **columns)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(browser: Browser, name: str, password: str = PASSWORD, **request: Any) -> Any:
    return browser.post("/accounts/login/", {"login": name, "password": password}, **request)


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/accounts/sessions/").status_code == 200
