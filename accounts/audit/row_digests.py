"""Digests of rows as the database stores them: keyed, so that nobody without the key can try values.

The stored columns are read, not the model's fields: what is encrypted there stays sealed without its key.
NULL and what is empty (zero and false included) is left out, so that a column that a later release adds with
such a default does not change the digests of rows that are there.

SQLite stores any type in any column, and Python reads some of them alike: a value of another type than its
column's changes the digest.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from accounts.audit.chain import row_seal
from accounts.sealed_rows import SEALED_TABLES

# By table and primary key; the keys are text, as JSON has it.
Digests = dict[str, dict[str, str]]
StoredRow = tuple[int, str]

PAGE: Final = 500
_EMPTY: Final = ("", "[]", "{}")
# By the beginning of a column's type in SQLite: the values that belong there. A decimal may be any number.
_BELONGS: Final = {
    "bool": "{0} IN (0, 1)",
    "blob": "typeof({0}) = 'blob'",
    "integer": "typeof({0}) = 'integer'",
    "bigint": "typeof({0}) = 'integer'",
    "smallint": "typeof({0}) = 'integer'",
    "real": "typeof({0}) IN ('real', 'integer')",
    "decimal": "typeof({0}) <> 'blob'",
}
_BELONGS_TO_TEXT: Final = "typeof({0}) = 'text'"
_OTHER_TYPE: Final = "value of another type"


def keys_by_table(rows: Iterable[Model]) -> dict[str, list[int]]:
    """The primary keys of stored rows, table by table."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        keys[row._meta.db_table].add(row.pk)
    return {table: sorted(keys[table]) for table in sorted(keys)}


def digests_of(keys: Mapping[str, Sequence[int]], key: str) -> Digests:
    """The digests of stored rows, read back from their tables within the transaction of the act.

    The desk writes no value of another type: what an act reads back is not looked at for that.
    """
    return {table: _table_digests(table, keys[table], key) for table in keys}


def _table_digests(table: str, keys: Sequence[int], key: str) -> dict[str, str]:
    digests = {}
    for start in range(0, len(keys), PAGE):
        page = keys[start : start + PAGE]
        marks = ", ".join(["%s"] * len(page))
        for pk, row in _select(table, f"id IN ({marks})", page, looks_at_types=False):
            digests[str(pk)] = row_seal(table, row, key)
    if len(digests) != len(keys):
        raise LookupError(f"{table}: a row that is to be sealed is not stored")
    return digests


def pages_of(table: str) -> Iterator[list[StoredRow]]:
    """Every row in the order of its primary key, in canonical form, a page at a time."""
    # From the first row on, whatever its key: the desk gives none below 1, somebody else may.
    page = list(_select(table, "id IS NOT NULL", [], f"LIMIT {PAGE}"))
    while page:
        yield page
        page = list(_select(table, "id > %s", [page[-1][0]], f"LIMIT {PAGE}"))


def stored_row(table: str, pk: int) -> str | None:
    """One row in canonical form."""
    return next((row for _, row in _select(table, "id = %s", [pk])), None)


def canonical(columns: Sequence[str], values: Sequence[Any]) -> str:
    row = {name: _text(value) for name, value in zip(columns, values, strict=True) if not _is_empty(value)}
    return json.dumps(row, sort_keys=True, separators=(",", ":"))


def _select(
    table: str, condition: str, values: Sequence[int], more: str = "", *, looks_at_types: bool = True
) -> Iterator[StoredRow]:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        columns = ", ".join(map(quote, SEALED_TABLES[table])) or "*"
        # The names come from the models and the database, never from a request.
        cursor.execute(
            f"SELECT {columns}, {_other_type(cursor, table) if looks_at_types else 0}"  # noqa: S608
            f" FROM {quote(table)} WHERE {condition} ORDER BY id {more}",
            values,
        )
        names = [column[0] for column in cursor.description[:-1]] + [_OTHER_TYPE]
        position = names.index("id")
        for row in cursor.fetchall():
            yield row[position], canonical(names, row)


def _other_type(cursor: CursorWrapper, table: str) -> str:
    """The expression that is true for a row with a value of another type than its column's."""
    if connection.vendor != "sqlite":
        return "0"
    cursor.execute("SELECT name, lower(type) FROM pragma_table_info(%s)", [table])
    conditions = []
    for name, declared in cursor.fetchall():
        belongs = next((_BELONGS[kind] for kind in _BELONGS if declared.startswith(kind)), _BELONGS_TO_TEXT)
        if not SEALED_TABLES[table] or name in SEALED_TABLES[table]:
            column = connection.ops.quote_name(name)
            conditions.append(f"{column} IS NOT NULL AND NOT ({belongs.format(column)})")
    return " OR ".join(conditions)


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
