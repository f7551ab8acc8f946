"""Guessing ends, from however many addresses; nobody is kept from a device of their own by it."""

from itertools import count

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client as Browser

from accounts.models import CachedValue
from accounts.sign_in import invitations
from tests.accounts.password_sign_in import PASSWORD, is_signed_in, sign_in, user_with_password
from tests.accounts.sign_in.test_second_factor import code, give_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor():
    return user_with_password("advisor")


@pytest.fixture
def own_device(advisor) -> Browser:
    """A browser from which the advisor has signed in, and out again."""
    browser = Browser()
    sign_in(browser, "advisor")
    browser.post("/accounts/logout/")
    return browser


def guesses_compared(monkeypatch, addresses: list[str], each: int) -> int:
    """How many of so many guesses from each address were compared with the password."""
    compared = count()
    check = "accounts.models.User.check_password"
    monkeypatch.setattr(check, lambda user, password: next(compared) < 0)
    for address in addresses:
        for number in range(each):
            sign_in(Browser(REMOTE_ADDR=address), "advisor", f"guess {number}")
    monkeypatch.undo()
    return next(compared)


def test_a_hundred_guesses_from_twenty_addresses_are_not_compared(own_device, monkeypatch):
    addresses = [f"198.51.100.{number}" for number in range(20)]
    assert guesses_compared(monkeypatch, addresses, each=5) == 30
    newcomer = Browser(REMOTE_ADDR="203.0.113.1")
    sign_in(newcomer, "advisor")
    assert not is_signed_in(newcomer)
    sign_in(own_device, "advisor")
    assert is_signed_in(own_device)


def test_the_addresses_of_one_ipv6_network_count_as_one(advisor, monkeypatch):
    assert guesses_compared(monkeypatch, [f"2001:db8:0:7::{number:x}" for number in range(20)], each=1) == 5


def test_another_ipv6_network_has_a_count_of_its_own(advisor, monkeypatch):
    networks = [f"2001:db8:0:{network:x}::1" for network in range(3)]
    assert guesses_compared(monkeypatch, networks, each=9) == 15


def test_an_account_under_attack_opens_on_a_new_device_by_an_invitation(advisor, monkeypatch):
    guesses_compared(monkeypatch, [f"198.51.100.{number}" for number in range(20)], each=5)
    link, newcomer = invitations.invite(advisor), Browser()
    page = newcomer.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    own = "a pass-phrase of my own"
    newcomer.post(page.request["PATH_INFO"], {"new_password1": own, "new_password2": own})
    sign_in(newcomer, "advisor", own)
    assert is_signed_in(newcomer)


def test_counts_are_in_the_database_where_every_process_reads_them(advisor):
    sign_in(Browser(), "advisor", "wrong guess")
    kinds = {key.split(":")[5] for key in CachedValue.objects.values_list("key", flat=True) if ":rl:" in key}
    assert {"login_failed", "login_failed_on_account"} <= kinds


def test_a_right_password_takes_its_count_back(advisor, settings):
    limits = {"login_failed": "2/h/key", "login_failed_on_account": "2/h/key"}
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | limits
    for _ in range(4):
        browser = Browser()
        sign_in(browser, "advisor")
        assert is_signed_in(browser)


def test_who_knows_the_password_keeps_nobody_from_their_second_factor(own_device, advisor, settings):
    settings.REQUIRE_MFA = True
    secret = str(generate_totp_secret())
    TOTP.activate(advisor, secret)
    thief = Browser(REMOTE_ADDR="203.0.113.9")
    sign_in(thief, "advisor")
    for guess in range(12):
        give_code(thief, f"{guess:06}")
    give_code(thief, code(secret))
    assert not is_signed_in(thief)
    sign_in(own_device, "advisor", PASSWORD)
    give_code(own_device, code(secret))
    assert is_signed_in(own_device)


def test_codes_are_not_guessed_from_many_addresses(advisor, settings):
    settings.REQUIRE_MFA = True
    secret = str(generate_totp_secret())
    TOTP.activate(advisor, secret)
    for number in range(8):
        thief = Browser(REMOTE_ADDR=f"198.51.100.{number}")
        sign_in(thief, "advisor")
        for guess in range(5):
            give_code(thief, f"{guess:06}")
    late = Browser(REMOTE_ADDR="203.0.113.9")
    sign_in(late, "advisor")
    give_code(late, code(secret))
    assert not is_signed_in(late)
