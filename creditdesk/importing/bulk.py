"""Rows of a table by the database's own fast path: COPY on PostgreSQL, one prepared statement on SQLite.

Django's bulk_create makes an object of every row and prepares each value through its field; here a column is
prepared once for all rows. Nothing else knows the rows: no signals, no defaults, no auto_now.
"""

# ruff: noqa: S608 (names come from the models)

import json
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count, islice
from typing import Any, Final

from django.db import connection, models

from creditdesk.encryption.fields import Encrypted

Row = tuple[Any, ...]
Preparation = Callable[[Any], Any]

_AS_THEY_ARE: Final = (
    models.CharField,
    models.TextField,
    models.BinaryField,
    models.BooleanField,
    models.IntegerField,
    models.ForeignKey,
)


def write(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, replace_by: str = ""
) -> None:
    """Insert rows of these fields, by attribute name, within the transaction of the caller.

    Where a row with the same value of the unique field `replace_by` is there, its other columns are replaced.
    """
    if not rows:
        return
    fields: list[Any] = [model._meta.get_field(_field_name(model, name)) for name in columns]
    # By columns: most need no preparation, and a loop over all values would cost more than their storing.
    prepared = zip(
        *(
            values if (prepare := _preparation(field)) is None else map(prepare, values)
            for field, values in zip(fields, zip(*rows, strict=True), strict=True)
        ),
        strict=True,
    )
    names = [field.column for field in fields]
    taken = next((field.column for field in fields if field.name == replace_by), "")
    copy = _copy if connection.vendor == "postgresql" else _insert
    copy(model._meta.db_table, names, prepared, taken)


def next_keys(model: type[models.Model], size: int) -> list[int]:
    """Primary keys that nobody else gets, for rows that this transaction writes."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, size])
            return [key for (key,) in cursor.fetchall()]
        # The transaction holds the lock of the only writer.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    return list(islice(count(last[0] + 1 if last else 1), size))


def _insert(table: str, names: Sequence[str], rows: Any, taken: str) -> None:
    marks = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(f"{_into(table, names)} VALUES ({marks}){_or_replace(names, taken)}", rows)


def _copy(table: str, names: Sequence[str], rows: Any, taken: str) -> None:
    quoted = ", ".join(map(_quote, names))
    with connection.cursor() as cursor:
        if not taken:
            _copy_rows(cursor, f"{_quote(table)} ({quoted})", rows)
            return
        # What COPY cannot replace comes from a table of this transaction alone.
        beside = _quote(f"incoming_{table}")
        cursor.execute(
            f"CREATE TEMP TABLE {beside} ON COMMIT DROP AS SELECT {quoted} FROM {_quote(table)} LIMIT 0"
        )
        _copy_rows(cursor, f"{beside} ({quoted})", rows)
        cursor.execute(f"{_into(table, names)} SELECT {quoted} FROM {beside}{_or_replace(names, taken)}")
        cursor.execute(f"DROP TABLE {beside}")


def _copy_rows(cursor: Any, target: str, rows: Any) -> None:
    # Django gives its own names to the errors of every statement but this one.
    with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _into(table: str, names: Sequence[str]) -> str:
    return f"INSERT INTO {_quote(table)} ({', '.join(map(_quote, names))})"


def _or_replace(names: Sequence[str], taken: str) -> str:
    if not taken:
        return ""
    assignments = ", ".join(f"{_quote(name)} = excluded.{_quote(name)}" for name in names if name != taken)
    return f" ON CONFLICT ({_quote(taken)}) DO UPDATE SET {assignments}"


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _field_name(model: type[models.Model], attribute: str) -> str:
    return next(field.name for field in model._meta.concrete_fields if field.attname == attribute)


def _preparation(field: Any) -> Preparation | None:
    """How a value of the field is written; None where it is as it is."""
    operations = connection.ops
    if isinstance(field, models.DecimalField):
        digits, places = field.max_digits, field.decimal_places
        return lambda value: operations.adapt_decimalfield_value(value, digits, places)
    if isinstance(field, models.DateTimeField):
        # Many rows have one moment.
        return cache(operations.adapt_datetimefield_value)
    if isinstance(field, models.JSONField):
        return json.dumps
    if isinstance(field, Encrypted):
        return field.refuse_plain
    if type(field) in _AS_THEY_ARE or isinstance(field, models.OneToOneField):
        return None
    return lambda value: field.get_db_prep_save(value, connection)
