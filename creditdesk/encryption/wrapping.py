"""The key-encryption keys: each data key is stored wrapped, by a key that is in no database."""

from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_ID: Final = 8
_NONCE: Final = 12


class UnknownWrappingKey(Exception):
    """No wrapping key of the settings opens a data key."""


def wrap(secret: bytes, number: int, nonce: bytes) -> bytes:
    """The data key of that number, wrapped by the newest key: identifier of that key, nonce, AES-GCM."""
    identifier, cipher = _cipher(settings.WRAPPING_KEYS[0])
    return identifier + nonce + cipher.encrypt(nonce, secret, _bound_to(number))


def unwrap(wrapped: bytes, number: int) -> bytes:
    """The data key itself. Raises UnknownWrappingKey."""
    cipher = _by_identifier(tuple(settings.WRAPPING_KEYS)).get(wrapped[:_ID])
    if cipher is None:
        raise UnknownWrappingKey(
            f"data key {number} was wrapped by a key that is neither WRAPPING_KEY nor among WRAPPING_OLD_KEYS"
        )
    try:
        return cipher.decrypt(wrapped[_ID : _ID + _NONCE], wrapped[_ID + _NONCE :], _bound_to(number))
    except InvalidTag as error:
        raise UnknownWrappingKey(f"data key {number} was altered past the desk") from error


def is_newest(wrapped: bytes) -> bool:
    """Whether the newest wrapping key wrapped it."""
    return bytes(wrapped[:_ID]) == _cipher(settings.WRAPPING_KEYS[0])[0]


@cache
def _by_identifier(ring: tuple[str, ...]) -> dict[bytes, AESGCM]:
    return dict(map(_cipher, ring))


@cache
def _cipher(key: str) -> tuple[bytes, AESGCM]:
    """The identifier of a wrapping key, which gives nothing of it away, and its cipher."""
    derived = HKDF(SHA256(), _ID + 32, salt=None, info=b"creditdesk wrapping key").derive(key.encode())
    return derived[:_ID], AESGCM(derived[_ID:])


def _bound_to(number: int) -> bytes:
    return number.to_bytes(8, "big")
