"""Digests of rows as the database stores them: keyed, so that nobody without the key can try values.

The stored columns are read, not the model's fields: what is encrypted there stays sealed without its key.
NULL and what is empty (zero and false included) is left out, so that a column that a later release adds with
such a default does not change the digests of rows that are there.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from accounts.audit.chain import row_seal
from accounts.sealed_rows import SEALED_TABLES

# By table and primary key; the keys are text, as JSON has it.
Digests = dict[str, dict[str, str]]
StoredRow = tuple[int, str]

PAGE: Final = 500
_EMPTY: Final = ("", "[]", "{}")


def keys_by_table(rows: Iterable[Model]) -> dict[str, list[int]]:
    """The primary keys of stored rows, table by table."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        keys[row._meta.db_table].add(row.pk)
    return {table: sorted(keys[table]) for table in sorted(keys)}


def digests_of(keys: Mapping[str, Sequence[int]], key: str) -> Digests:
    """The digests of stored rows, read back from their tables within the transaction of the act."""
    return {table: _table_digests(table, keys[table], key) for table in keys}


def _table_digests(table: str, keys: Sequence[int], key: str) -> dict[str, str]:
    digests = {}
    for start in range(0, len(keys), PAGE):
        page = keys[start : start + PAGE]
        marks = ", ".join(["%s"] * len(page))
        for pk, row in _select(table, f"id IN ({marks})", page):
            digests[str(pk)] = row_seal(table, row, key)
    if len(digests) != len(keys):
        raise LookupError(f"{table}: a row that is to be sealed is not stored")
    return digests


def pages_of(table: str) -> Iterator[list[StoredRow]]:
    """Every row in the order of its primary key, in canonical form, a page at a time."""
    last = 0
    while page := list(_select(table, "id > %s", [last], f"LIMIT {PAGE}")):
        yield page
        last = page[-1][0]


def stored_row(table: str, pk: int) -> str | None:
    """One row in canonical form."""
    return next((row for _, row in _select(table, "id = %s", [pk])), None)


def canonical(columns: Sequence[str], values: Sequence[Any]) -> str:
    row = {name: _text(value) for name, value in zip(columns, values, strict=True) if not _is_empty(value)}
    return json.dumps(row, sort_keys=True, separators=(",", ":"))


def _select(table: str, condition: str, values: Sequence[int], more: str = "") -> Iterator[StoredRow]:
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, SEALED_TABLES[table])) or "*"
    with connection.cursor() as cursor:
        # The names come from the models, never from a request.
        cursor.execute(f"SELECT {columns} FROM {quote(table)} WHERE {condition} ORDER BY id {more}", values)  # noqa: S608
        names = [column[0] for column in cursor.description]
        position = names.index("id")
        for row in cursor.fetchall():
            yield row[position], canonical(names, row)


def _is_empty(value: Any) -> bool:
    if isinstance(value, bytes | memoryview | str):
        return len(value) == 0 or value in _EMPTY
    return value is None or (isinstance(value, int) and value == 0)


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value.tzinfo else value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
