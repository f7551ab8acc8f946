"""Passwords as people choose them; seeds, codes, session keys and signed tokens as the desk makes them."""

import base64

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.test import RequestFactory

from accounts.models import User
from accounts.sign_in import devices, invitations, second_factor
from tests.accounts.password_sign_in import PASSWORD, is_signed_in, sign_in, user_with_password

pytestmark = pytest.mark.django_db
LONG = "été — " + "neige 雪 sur le toit; " * 5


def test_a_password_has_twelve_characters_at_least():
    with pytest.raises(ValidationError):
        validate_password("z8$Kq!m2Vx#", User(username="ada"))
    validate_password("z8$Kq!m2Vx#7", User(username="ada"))


def test_any_characters_and_a_hundred_of_them_make_a_password():
    user_with_password("advisor")
    browser = Browser()
    sign_in(browser, "advisor")
    assert len(LONG) > 100
    new = {"oldpassword": PASSWORD, "password1": LONG, "password2": LONG}
    assert browser.post("/accounts/password/change/", new).status_code == 302
    fresh = Browser()
    sign_in(fresh, "advisor", LONG)
    assert is_signed_in(fresh)
    for lower_case_letters_alone in ("korrekt pferd batterie klammer", "xqvzjwkpmfbt"):
        validate_password(lower_case_letters_alone, User(username="ada"))


@pytest.mark.parametrize(
    "typed", [PASSWORD.upper(), PASSWORD[:-1], f" {PASSWORD}", f"{PASSWORD} ", PASSWORD + "x"]
)
def test_a_password_is_compared_to_its_last_character_and_as_typed(typed):
    user_with_password("advisor")
    browser = Browser()
    sign_in(browser, "advisor", typed)
    assert not is_signed_in(browser)


def test_the_sign_in_page_hides_the_password_and_lets_managers_fill_it_in():
    page = Browser().get("/accounts/login/").content.decode()
    (field,) = (tag for tag in page.split("<input")[1:] if 'name="password"' in tag)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page


@pytest.mark.parametrize("password", ["manager-credit-desk", "Kreditbank-Nordheim", "nordheimkreditbank1"])
def test_words_of_the_house_make_no_password(password, settings):
    settings.BANK_NAME = "Kreditbank Nordheim"
    with pytest.raises(ValidationError, match="easy to guess"):
        validate_password(password, User(username="ada"))


def test_an_invitation_renews_the_password_and_leaves_the_second_factor():
    advisor = user_with_password("advisor")
    TOTP.activate(advisor, generate_totp_secret())
    link = invitations.invite(advisor).removeprefix("http://127.0.0.1:8000")
    browser, new = Browser(), "a pass-phrase of my own"
    page = browser.get(link, follow=True)
    browser.post(page.request["PATH_INFO"], {"new_password1": new, "new_password2": new})
    assert second_factor.has_second_factor(advisor)
    answer = sign_in(browser, "advisor", new)
    assert "/2fa/authenticate/" in answer["Location"]
    assert not is_signed_in(browser)


def test_a_sign_in_gets_a_new_session_and_ends_the_one_before():
    user_with_password("advisor")
    browser = Browser()
    browser.cookies["sessionid"] = "fixed-by-somebody-else-0123456789"
    sign_in(browser, "advisor")
    first = browser.cookies["sessionid"].value
    assert first != "fixed-by-somebody-else-0123456789"
    browser.post("/accounts/logout/")
    sign_in(browser, "advisor")
    assert browser.cookies["sessionid"].value != first
    thief = Browser()
    thief.cookies["sessionid"] = first
    assert not is_signed_in(thief)


def test_seeds_codes_and_session_keys_are_long_and_never_the_same():
    seeds = [generate_totp_secret() for _ in range(50)]
    assert len(set(seeds)) == 50
    assert all(len(base64.b32decode(seed)) * 8 >= 128 for seed in seeds)
    codes = RecoveryCodes.activate(user_with_password("advisor")).get_unused_codes()
    # Eight random digits are 26 bits.
    assert len(set(codes)) == len(codes) >= 8
    assert all(len(code) >= 8 for code in codes)
    keys = set()
    for _ in range(20):
        browser = Browser()
        sign_in(browser, "advisor")
        keys.add(browser.cookies["sessionid"].value)
    # 32 characters out of 36 are 165 bits.
    assert len(keys) == 20
    assert all(len(key) == 32 for key in keys)


def test_a_token_names_no_algorithm():
    """A signed cookie of one purpose, name or key is nothing for another; what it holds cannot choose."""
    request = RequestFactory().get("/")
    name = devices._cookie("ada")
    for forged in (
        signing.get_cookie_signer(salt=f"{name}bob").sign("mark"),
        signing.Signer(salt="accounts.invitation").sign("mark"),
        signing.TimestampSigner(key="another key", salt=f"{name}ada").sign("mark"),
        "mark:none:",
    ):
        request.COOKIES[name] = forged
        assert devices.known_device(request, "ada") == ""
    request.COOKIES[name] = signing.get_cookie_signer(salt=f"{name}ada").sign("mark")
    assert devices.known_device(request, "ada") == "mark"
    ada = user_with_password("ada")
    assert not invitations.tokens.check_token(ada, "none-" + invitations.tokens.make_token(ada))
