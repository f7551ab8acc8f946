"""Rows with encrypted columns: where their data key comes from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self, TypeVar

from django.db import models, transaction

from accounts.append_only import AppendOnlyQuerySet
from creditdesk.encryption import keyring
from creditdesk.encryption.keyring import DataKey, Owner

Row = TypeVar("Row", bound=models.Model, covariant=True)


class EncryptedRow(models.Model):
    """A row whose words are encrypted with the key of a client, or of a day."""

    # Between the making of a row and its storing; one key for all its columns.
    _data_key: DataKey | None = None

    class Meta:
        abstract = True

    def key_owner(self) -> tuple[str, Owner]:
        """The column of the key table, and the value there."""
        raise NotImplementedError

    def data_key_in_use(self) -> DataKey:
        """The key that encrypts this row. Raises DataErased."""
        if self._data_key is None:
            owner, of = self.key_owner()
            self._data_key = keyring.key_of_day(str(of)) if owner == "day" else keyring.key_of(owner, of)
        return self._data_key

    def use_key_of(self, owner: "KeyOwningRow") -> Self:
        """Encrypt with the key of an owner that was just made, without reading it back."""
        self._data_key = owner._data_key
        return self


class KeyOwningRow(EncryptedRow):
    """A row with a key of its own, made and deleted with it."""

    key_column: ClassVar[str]

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        if is_new:
            self._data_key = keyring.new_keys(1)[0]
        super().save(*args, **kwargs)
        if is_new and self._data_key:
            keyring.store([(self._data_key, self.pk)], self.key_column)

    def key_owner(self) -> tuple[str, Owner]:
        return self.key_column, self.pk


class EncryptedRowQuerySet(models.QuerySet[Row]):
    """Bulk writes that find the keys of all rows in one query."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        return _bulk_create(super().bulk_create, objs, *args, **kwargs)


class EncryptedAppendOnlyQuerySet(AppendOnlyQuerySet[Row]):
    """The same for rows that are never changed."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        return _bulk_create(super().bulk_create, objs, *args, **kwargs)


@transaction.atomic
def _bulk_create(
    create: Callable[..., list[Any]], objs: Iterable[Any], *args: Any, **kwargs: Any
) -> list[Any]:
    rows = list(objs)
    fresh = _give_keys(rows)
    stored = create(rows, *args, **kwargs)
    for column, owners in fresh.items():
        keyring.store([(row._data_key, row.pk) for row in owners], column)
    return stored


def _give_keys(rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Give each row its key; the rows whose new key has to be stored once they are, by column."""
    fresh: dict[str, list[Any]] = defaultdict(list)
    by_owner: dict[str, dict[Owner, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if isinstance(row, KeyOwningRow) and row.pk is None:
            fresh[row.key_column].append(row)
        elif row._data_key is None:
            owner, of = row.key_owner()
            by_owner[owner][of].append(row)
    for same_kind in fresh.values():
        for row, key in zip(same_kind, keyring.new_keys(len(same_kind)), strict=True):
            row._data_key = key
    for owner, listed in by_owner.items():
        if owner != "day":
            for of, key in keyring.keys_of(owner, listed).items():
                for row in listed[of]:
                    row._data_key = key
    return fresh
