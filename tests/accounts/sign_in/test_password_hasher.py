"""Passwords cost a bounded amount of memory, and hashes of earlier releases are made anew at the sign-in."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import extract_parameters
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client as Browser

from accounts.models import User
from accounts.sign_in import password_hasher
from accounts.sign_in.password_hasher import AT_ONCE, BoundedArgon2Hasher
from tests.accounts.password_sign_in import PASSWORD, is_signed_in, sign_in
from tests.factories import UserFactory

SALT = "a-salt-of-enough-signs"


@pytest.fixture(autouse=True)
def real_hashers(settings):
    settings.PASSWORD_HASHERS = ["accounts.sign_in.password_hasher.BoundedArgon2Hasher"]


def parameters(encoded: str) -> tuple[str, int, int, int]:
    stored = extract_parameters(encoded.removeprefix("argon2"))
    return stored.type.name, stored.memory_cost, stored.time_cost, stored.parallelism


def test_new_hashes_follow_the_smaller_set_of_owasp():
    assert parameters(BoundedArgon2Hasher().encode(PASSWORD, SALT)) == ("ID", 19 * 1024, 2, 1)


@pytest.mark.django_db
def test_a_hash_of_the_release_before_is_made_anew_at_the_sign_in():
    earlier = Argon2PasswordHasher().encode(PASSWORD, SALT)
    UserFactory(username="advisor", password=earlier)
    browser = Browser()
    sign_in(browser, "advisor")
    assert is_signed_in(browser)
    stored = User.objects.get(username="advisor").password
    assert parameters(earlier) == ("ID", 100 * 1024, 2, 8)
    assert parameters(stored) == ("ID", 19 * 1024, 2, 1)
    assert BoundedArgon2Hasher().verify(PASSWORD, stored)


@pytest.mark.django_db
def test_a_wrong_password_changes_no_hash():
    earlier = Argon2PasswordHasher().encode(PASSWORD, SALT)
    UserFactory(username="advisor", password=earlier)
    sign_in(Browser(), "advisor", "wrong guess")
    assert User.objects.get(username="advisor").password == earlier


def most_at_once(monkeypatch, work, times: int = 12) -> int:
    """How many hashes were being computed at the same moment at most."""
    running, most, lock = 0, 0, threading.Lock()

    def counted(*args, **kwargs):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return b"$argon2id$"

    monkeypatch.setattr("argon2.low_level.hash_secret", counted)
    monkeypatch.setattr("argon2.PasswordHasher.verify", counted)
    with ThreadPoolExecutor(times) as pool:
        list(pool.map(work, range(times)))
    return most


def test_a_bounded_number_is_computed_at_once(monkeypatch):
    hasher = BoundedArgon2Hasher()
    assert most_at_once(monkeypatch, lambda _: hasher.encode(PASSWORD, SALT)) == AT_ONCE


def test_a_large_hash_of_an_earlier_release_is_verified_alone(monkeypatch):
    earlier = Argon2PasswordHasher().encode(PASSWORD, SALT)
    hasher = BoundedArgon2Hasher()
    assert most_at_once(monkeypatch, lambda _: hasher.verify(PASSWORD, earlier)) == 1


def test_a_failing_hash_gives_its_place_back(monkeypatch):
    def fail(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr("argon2.low_level.hash_secret", fail)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(MemoryError):
            BoundedArgon2Hasher().encode(PASSWORD, SALT)
    monkeypatch.undo()
    assert password_hasher._places._free == AT_ONCE


def test_the_settings_use_it():
    from creditdesk import settings

    assert settings.PASSWORD_HASHERS[0] == "accounts.sign_in.password_hasher.BoundedArgon2Hasher"
