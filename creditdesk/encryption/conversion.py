"""Encryption of the words of an earlier release, column by column, for migrations; and the way back."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.db import connection

from creditdesk.encryption import keyring
from creditdesk.encryption.fields import is_sealed, open_text, repeatable_nonce, seal_text
from creditdesk.encryption.keyring import DataKey, Owner

ROWS_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Kind:
    """How the values of a column are encrypted and, on the way back, decrypted."""

    seal: Callable[[DataKey, Any, str], Any]
    open: Callable[[Any, str], Any]
    cast: str = "%s"


def _seal_text(key: DataKey, value: Any, column: str) -> Any:
    return value if not value or is_sealed(value) else seal_text(key, value, column)


def _seal_repeatable_text(key: DataKey, value: Any, column: str) -> Any:
    if not value or is_sealed(value):
        return value
    return seal_text(key, value, column, repeatable_nonce(key, value))


def _open_text(value: Any, column: str) -> Any:
    return open_text(value, column) if is_sealed(value) else value


def _seal_json(key: DataKey, value: Any, column: str) -> Any:
    """The stored JSON as it is, word for word; an empty object or list stays."""
    if value in (None, "{}", "[]") or is_sealed(json.loads(value)):
        return value
    return json.dumps(seal_text(key, value, column))


def _open_json(value: Any, column: str) -> Any:
    read = json.loads(value) if value else value
    return open_text(read, column) if is_sealed(read) else value


def _seal_binary(key: DataKey, value: Any, column: str) -> Any:
    return key.encrypt(bytes(value), column) if value else value


def _open_binary(value: Any, column: str) -> Any:
    return keyring.decrypt(bytes(value), column) if value else value


TEXT: Final = Kind(_seal_text, _open_text)
REPEATABLE_TEXT: Final = Kind(_seal_repeatable_text, _open_text)
JSON: Final = Kind(_seal_json, _open_json, "CAST(%s AS jsonb)")
BINARY: Final = Kind(_seal_binary, _open_binary)


@dataclass(frozen=True)
class Table:
    """A table with words; `owner` is an SQL expression for the owner of a row's key, after `joins`.

    A row without an owner belongs to the day of `day`.
    """

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key_column: str = "client_id"
    owner: str = "c.client_id"
    joins: str = "JOIN creditdesk_case c ON c.id = t.case_id"
    day: str = "NULL"
    primary_key: str = "id"


def give_keys(table: str, key_column: str) -> None:
    """Make a key for each row of a table that owns keys and has none yet."""
    query = (
        f"SELECT t.id FROM {table} t LEFT JOIN {keyring.TABLE} k ON k.{key_column} = t.id"  # noqa: S608
        " WHERE k.number IS NULL ORDER BY t.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        owners = [pk for (pk,) in cursor.fetchall()]
    keyring.store(list(zip(keyring.new_keys(len(owners)), owners, strict=True)), key_column)


def encrypt(table: Table) -> None:
    """Encrypt the columns of every row."""
    for page in _pages(table):
        keys = keyring.keys_of(table.key_column, {owner for _, owner, *_ in page if owner is not None})
        rows = []
        for pk, owner, day, *values in page:
            key = keyring.key_of_day(str(day)[:10]) if owner is None else keys[owner]
            sealed = [kind.seal(key, value, name) for (name, kind), value in _named(table, values)]
            rows.append([*sealed, pk])
        _write(table, rows)


def decrypt(table: Table) -> None:
    """Decrypt the columns of every row. Raises DataErased where a key is gone: there is no way back."""
    for page in _pages(table):
        rows = []
        for pk, _owner, _day, *values in page:
            rows.append([*(kind.open(value, name) for (name, kind), value in _named(table, values)), pk])
        _write(table, rows)


def _named(table: Table, values: Sequence[Any]) -> Iterator[tuple[tuple[str, Kind], Any]]:
    for (column, kind), value in zip(table.columns, values, strict=True):
        yield (f"{table.name}.{column}", kind), value


def _write(table: Table, rows: Sequence[Sequence[Any]]) -> None:
    is_postgresql = connection.vendor == "postgresql"
    marks = ", ".join(f"{column} = {kind.cast if is_postgresql else '%s'}" for column, kind in table.columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table.name} SET {marks} WHERE {table.primary_key} = %s",  # noqa: S608
            rows,
        )


def _pages(table: Table) -> Iterator[list[tuple[Any, ...]]]:
    columns = ", ".join(f"t.{column}" for column, _ in table.columns)
    pk = f"t.{table.primary_key}"
    query = (
        f"SELECT {pk}, {table.owner}, {table.day}, {columns} FROM {table.name} t {table.joins}"  # noqa: S608
        f" WHERE {pk} > %s ORDER BY {pk} LIMIT {ROWS_AT_ONCE}"
    )
    last: Owner = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [last])
            page = list(islice(cursor.fetchall(), ROWS_AT_ONCE))
        if not page:
            return
        yield page
        last = page[-1][0]
