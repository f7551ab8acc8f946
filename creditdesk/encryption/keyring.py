"""Data keys: made, stored wrapped, looked up, and used to encrypt and decrypt words.

A ciphertext begins with the number of its key, so it is decrypted wherever a query meets it. Numbers rise
with time and are never used twice: a key that is gone stays gone, whatever is rolled back or restored. The
wrapped keys of recent reads are kept in memory. A process that reads encrypted words notices an erasure by
another process within a second, and drops these keys and what else it keeps of clients.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection

from creditdesk.encryption.wrapping import is_newest, unwrap, wrap

TABLE: Final = "creditdesk_datakey"
ERASURES: Final = "creditdesk_erasure"
# What a key belongs to, by its column of the table.
OWNERS: Final = ("client_id", "draft_id", "answer_id", "day")

_NUMBER: Final = 8
_MAX_NUMBER: Final = 2**63 - 1
_NONCE: Final = 12
# Keys of clients that came in together lie beside each other: one read of a list brings its neighbours.
_BLOCK: Final = 32
_MAX_WRAPPED: Final = 100_000
_NOTICED_WITHIN: Final = 1.0
_IDS_AT_ONCE: Final = 1_000

# A primary key, or a day as 2026-11-28.
Owner = int | str
# The highest number of an erasure, and how many there are.
_Erasures = tuple[int | None, int]
_after_erasures: Final[list[Callable[[], None]]] = []


class DataErased(Exception):
    """The key is gone: what it encrypted cannot be read, and nothing can be added to it."""


class Unreadable(Exception):
    """A ciphertext that its key does not open: it was changed past the desk."""


class DataKey:
    """A 256-bit AES key and its number; plain, because an import makes one for every client."""

    __slots__ = ("_cipher", "number", "secret")

    def __init__(self, number: int, secret: bytes) -> None:
        self.number, self.secret = number, secret
        self._cipher: AESGCM | None = None

    @classmethod
    def unwrapped(cls, number: int, wrapped: bytes) -> Self:
        return cls(number, unwrap(bytes(wrapped), number))

    def encrypt(self, plain: bytes, column: str, nonce: bytes = b"") -> bytes:
        """Number, nonce and AES-GCM of the text, bound to its column."""
        if self._cipher is None:
            self._cipher = AESGCM(self.secret)
        nonce = nonce or os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, column.encode())
        return self.number.to_bytes(_NUMBER, "big") + nonce + sealed

    def wrapped(self) -> bytes:
        return wrap(self.secret, self.number, os.urandom(_NONCE))


def new_keys(count: int) -> list[DataKey]:
    """Keys that are not stored yet, with rising numbers: milliseconds and 20 random bits."""
    first = (time.time_ns() // 1_000_000) << 20 | secrets.randbits(20)
    material = os.urandom(32 * count)
    return [DataKey(first + i, material[32 * i : 32 * (i + 1)]) for i in range(count)]


def store(keys: Sequence[tuple[DataKey, Owner]], owner: str) -> None:
    """Store keys, each with what it belongs to, within the transaction of what they encrypt."""
    statement = f"INSERT INTO {TABLE} (number, wrapped, {_checked(owner)}) VALUES (%s, %s, %s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(key.number, key.wrapped(), of) for key, of in keys])


def key_of(owner: str, of: Owner) -> DataKey:
    """The key of one owner, read from the table: what is written is never written with a key that is gone.

    Raises DataErased.
    """
    try:
        return keys_of(owner, [of])[of]
    except KeyError:
        raise DataErased(f"the data key of {owner} {of} is gone") from None


def keys_of(owner: str, owners: Iterable[Owner]) -> Mapping[Owner, DataKey]:
    """The keys of several owners; one whose key is gone is left out."""
    listed = list(dict.fromkeys(owners))
    keys: dict[Owner, DataKey] = {}
    for start in range(0, len(listed), _IDS_AT_ONCE):
        page = listed[start : start + _IDS_AT_ONCE]
        marks = ", ".join(["%s"] * len(page))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {_checked(owner)}, number, wrapped FROM {TABLE} WHERE {owner} IN ({marks})",  # noqa: S608
                page,
            )
            keys |= {of: DataKey.unwrapped(number, wrapped) for of, number, wrapped in cursor.fetchall()}
    return keys


def key_of_day(day: str) -> DataKey:
    """The key of that day's words of no client of the desk; made by whoever needs it first."""
    for _ in range(2):
        if keys := keys_of("day", [day]):
            return next(iter(keys.values()))
        key = new_keys(1)[0]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {TABLE} (number, wrapped, day) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",  # noqa: S608
                [key.number, key.wrapped(), day],
            )
    raise DataErased(f"the data key of {day} is gone")


def decrypt(sealed: bytes, column: str) -> bytes:
    """The text of a ciphertext. Raises DataErased, Unreadable."""
    number = int.from_bytes(sealed[:_NUMBER], "big")
    if number > _MAX_NUMBER:
        raise Unreadable(f"a value of {column} is no ciphertext")
    wrapped = _wrapped_keys.get(number)
    if wrapped is None:
        raise DataErased(f"data key {number} is gone")
    try:
        return AESGCM(unwrap(wrapped, number)).decrypt(
            sealed[_NUMBER : _NUMBER + _NONCE], sealed[_NUMBER + _NONCE :], column.encode()
        )
    except InvalidTag as error:
        raise Unreadable(f"a ciphertext of {column} was changed past the desk") from error


def wrap_anew() -> int:
    """Wrap with the newest wrapping key what another one has wrapped, within a transaction; how many."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, wrapped FROM {TABLE}")  # noqa: S608
        older = [(number, bytes(wrapped)) for number, wrapped in cursor.fetchall() if not is_newest(wrapped)]
        keys = [DataKey.unwrapped(number, wrapped) for number, wrapped in older]
        cursor.executemany(
            f"UPDATE {TABLE} SET wrapped = %s WHERE number = %s",  # noqa: S608
            [(key.wrapped(), key.number) for key in keys],
        )
    forget()
    return len(keys)


def after_erasures(forget: Callable[[], None]) -> None:
    """Run `forget` at each erasure that this process notices, for what else it keeps of clients."""
    _after_erasures.append(forget)


def forget() -> None:
    """Drop the keys and what else this process keeps of clients: right after an erasure."""
    _wrapped_keys.clear()
    _forget_elsewhere()


def _forget_elsewhere() -> None:
    for forget_more in _after_erasures:
        forget_more()


class _WrappedKeys:
    """Wrapped keys of recent reads, until an erasure is noticed."""

    def __init__(self) -> None:
        self._wrapped: dict[int, bytes] = {}
        self._erasures: _Erasures | None = None
        self._checked_at = float("-inf")
        self._guard = Lock()

    def get(self, number: int) -> bytes | None:
        is_stale = time.monotonic() - self._checked_at > _NOTICED_WITHIN
        wrapped = None if is_stale else self._wrapped.get(number)
        return wrapped if wrapped is not None else self._load(number, checks_erasures=is_stale)

    def clear(self) -> None:
        with self._guard:
            self._wrapped = {}
            self._checked_at = float("-inf")

    def _load(self, number: int, *, checks_erasures: bool) -> bytes | None:
        """Read the key and its neighbours, and now and then whether anything was erased, in one query."""
        now, before = time.monotonic(), self._wrapped
        block, erasures = _read_block(number, counts_erasures=checks_erasures)
        with self._guard:
            is_noticed = checks_erasures and erasures != self._erasures
            if is_noticed or len(self._wrapped) > _MAX_WRAPPED:
                self._wrapped = before = {}
            # Where another thread has dropped the keys meanwhile, the block may be older than the erasure.
            if self._wrapped is before:
                self._wrapped |= block
            if checks_erasures:
                self._erasures, self._checked_at = erasures, now
        if is_noticed:
            _forget_elsewhere()
        return block.get(number)


def _read_block(number: int, *, counts_erasures: bool) -> tuple[dict[int, bytes], _Erasures | None]:
    """Keys around that number, and the erasures so far, where they are counted and there are keys."""
    # Counted as well: of two erasures at once the later number may be committed first. Apart from each other,
    # SQLite answers both without reading the rows.
    seen = f"SELECT (SELECT MAX(id) FROM {ERASURES}) AS newest, (SELECT COUNT(*) FROM {ERASURES}) AS total"  # noqa: S608
    columns = f"SELECT number, wrapped FROM {TABLE}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM (SELECT * FROM ({columns} WHERE number >= %s ORDER BY number LIMIT {_BLOCK})"  # noqa: S608
            " AS later UNION ALL SELECT * FROM"
            f" ({columns} WHERE number < %s ORDER BY number DESC LIMIT {_BLOCK}) AS earlier) AS block"
            + (f" CROSS JOIN ({seen}) AS seen" if counts_erasures else ""),
            [number, number],
        )
        rows = cursor.fetchall()
    block = {row[0]: bytes(row[1]) for row in rows}
    return block, rows[0][2:] if rows and counts_erasures else None


_wrapped_keys = _WrappedKeys()


def _checked(owner: str) -> str:
    if owner not in OWNERS:
        raise ValueError(f"{owner} owns no data keys")
    return owner
