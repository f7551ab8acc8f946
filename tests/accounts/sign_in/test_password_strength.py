"""A password that is easy to guess is refused wherever one is chosen."""

from pathlib import Path

import pytest
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.test import Client as Browser

from accounts.models import User
from accounts.sign_in import password_strength
from tests.accounts.password_sign_in import PASSWORD, sign_in, user_with_password


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "qwertyuiop12",
        "azertyuiop12",
        "Password!2024",
        "motdepasse123",
        "Lovelace1815!",
        "ada.lovelace12",
        "a" * 500,
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password):
    user = User(username="ada.lovelace", first_name="Ada", last_name="Lovelace", email="ada@bank.example")
    with pytest.raises(ValidationError):
        validate_password(password, user)


@pytest.mark.parametrize("password", ["correct horse battery", "vier nasse Hunde am Kai", "z8$Kq!m2Vx#7"])
def test_unrelated_words_and_random_characters_are_taken(password):
    validate_password(password, User(username="ada"))


def test_the_common_ones_of_twelve_characters_are_refused_by_name():
    listed = Path(password_strength.__file__).with_name("common_passwords.txt").read_text().splitlines()
    assert len(listed) > 500
    assert all(len(password) >= 12 for password in listed)
    (common,) = (v for v in get_default_password_validators() if type(v).__name__.startswith("Common"))
    for password in listed:
        with pytest.raises(ValidationError, match="too common"):
            common.validate(password.upper())


@pytest.mark.django_db
def test_a_weak_password_changes_nothing():
    advisor, browser = user_with_password("advisor"), Browser()
    sign_in(browser, "advisor")
    weak = {"oldpassword": PASSWORD, "password1": "aaaaaaaaaaaa", "password2": "aaaaaaaaaaaa"}
    page = browser.post("/accounts/password/change/", weak).content.decode()
    assert "easy to guess" in page
    advisor.refresh_from_db()
    assert advisor.check_password(PASSWORD)
