"""Columns whose values are encrypted under the data key of what the row belongs to.

Written through `save` and `bulk_create` alone, which know the row's key; `update` may only empty them. Read
by every query. What is empty is stored as it is. A value whose key is gone reads as "erased", an object or a
list as an empty one; a text that is saved again keeps its ciphertext.
"""

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext

from creditdesk.encryption import keyring
from creditdesk.encryption.keyring import DataErased, DataKey, Unreadable

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    _Column = models.Field[Any, Any]
    _Text = models.TextField[Any, Any]
    _Binary = models.BinaryField[Any, Any]
else:
    _Column, _Text, _Binary = object, models.TextField, models.BinaryField

PREFIX: Final = "enc1:"


class StoredText(str):
    """A text as it was read, with the ciphertext that it came from and its column."""

    stored: str
    column: str

    @classmethod
    def of(cls, text: str, stored: str, column: str) -> Self:
        read = cls(text)
        read.stored, read.column = stored, column
        return read


class ErasedText(StoredText):
    """A word for words that are gone."""


class _Ciphertext(str):
    """What goes into a text column; nothing else but an empty text does."""


class _SealedBytes(bytes):
    """What goes into a binary column."""


_WRITABLE: Final = (_Ciphertext, _SealedBytes)


def seal_text(key: DataKey, text: str, column: str, nonce: bytes = b"") -> str:
    return PREFIX + urlsafe_b64encode(key.encrypt(text.encode(), column, nonce)).decode()


def open_text(stored: str, column: str) -> str:
    """Raises DataErased, Unreadable."""
    return keyring.decrypt(urlsafe_b64decode(stored[len(PREFIX) :]), column).decode()


def is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(PREFIX)


class Encrypted(_Column):
    """The column that is encrypted, and what a value without its key reads as."""

    @cached_property
    def bound_to(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        return self.sealed(value, model_instance) if value else value

    def sealed(self, value: Any, row: Any) -> Any:
        raise NotImplementedError

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self.refuse_plain(value), connection)

    def refuse_plain(self, value: Any) -> Any:
        """The value, where it is empty or encrypted. Raises TypeError."""
        if value and not isinstance(value, _WRITABLE):
            raise TypeError(f"{self.bound_to} is encrypted: write it through the row, not by update()")
        return value

    def _opened(self, stored: str) -> str | None:
        """The text, or None without its key."""
        try:
            return open_text(stored, self.bound_to)
        except DataErased:
            return None
        except Unreadable as error:
            logger.error("%s", error)
            return None


class EncryptedTextField(Encrypted, _Text):
    """A text. With `repeatable`, equal texts of one owner have equal ciphertexts, for a unique constraint."""

    def __init__(self, *args: Any, repeatable: bool = False, **kwargs: Any) -> None:
        self.repeatable = repeatable
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, **({"repeatable": True} if self.repeatable else {})}

    def sealed(self, value: Any, row: Any) -> str:
        # Read from this very row: it stays as it is, down to the bytes that a trigger compares.
        if isinstance(value, StoredText) and value.column == self.bound_to and not row._state.adding:
            return _Ciphertext(value.stored)
        key = row.data_key_in_use()
        nonce = repeatable_nonce(key, str(value)) if self.repeatable else b""
        stored = seal_text(key, str(value), self.bound_to, nonce)
        setattr(row, self.attname, StoredText.of(str(value), stored, self.bound_to))
        return _Ciphertext(stored)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if not value or not value.startswith(PREFIX):
            return value
        text = self._opened(value)
        if text is None:
            return ErasedText.of(gettext("erased"), value, self.bound_to)
        return StoredText.of(text, value, self.bound_to)


class EncryptedJSONField(Encrypted, models.JSONField):
    """JSON, stored as one JSON string."""

    def sealed(self, value: Any, row: Any) -> str:
        plain = json.dumps(value, separators=(",", ":"), allow_nan=False, cls=self.encoder)
        return _Ciphertext(seal_text(row.data_key_in_use(), plain, self.bound_to))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        read = super().from_db_value(value, expression, connection)
        if not is_sealed(read):
            return read
        text = self._opened(read)
        return self.get_default() if text is None else json.loads(text)


class EncryptedBinaryField(Encrypted, _Binary):
    """Bytes."""

    def sealed(self, value: Any, row: Any) -> bytes:
        return _SealedBytes(row.data_key_in_use().encrypt(bytes(value), self.bound_to))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if not value:
            return value
        try:
            return keyring.decrypt(bytes(value), self.bound_to)
        except DataErased:
            return b""
        except Unreadable as error:
            logger.error("%s", error)
            return b""


def repeatable_nonce(key: DataKey, text: str) -> bytes:
    """A nonce that depends on key and text alone: no two texts share one."""
    return sha256(key.secret + text.encode()).digest()[:12]
