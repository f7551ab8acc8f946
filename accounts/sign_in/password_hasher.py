"""Argon2id by OWASP's smaller set, with a bound on the memory of all hashes at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Final

from argon2 import extract_parameters
from django.contrib.auth import hashers

# Hashes of the present parameters that may be computed at the same time in one process.
AT_ONCE: Final = 2


class _Places:
    """A bounded number of places. A hash that needs more memory than ours takes more of them, at most all."""

    def __init__(self, count: int) -> None:
        self._count = self._free = count
        self._changed = Condition()

    @contextmanager
    def taken(self, wanted: int) -> Iterator[None]:
        count = min(wanted, self._count)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= count)
            self._free -= count
        try:
            yield
        finally:
            with self._changed:
                self._free += count
                self._changed.notify_all()


_places: Final = _Places(AT_ONCE)


class BoundedArgon2Hasher(hashers.Argon2PasswordHasher):
    """19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). Django's own parameters take 100 MiB
    a hash: a dozen sign-ins at once would take a gigabyte. A hash made with other parameters is still
    verified, and made anew at that sign-in."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _places.taken(1):
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _places.taken(self._places_of(encoded)):
            return super().verify(password, encoded)

    def _places_of(self, encoded: str) -> int:
        """How many of our hashes need as much memory as this one, rounded up."""
        memory: int = extract_parameters(encoded.removeprefix(str(self.algorithm))).memory_cost
        return -(-memory // self.memory_cost)
