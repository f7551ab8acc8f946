"""Emptying append-only tables after a test with real transactions, against their triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from accounts.audit import anchor
from accounts.audit.recording import start_chain
from tests.migrated_database import restore_migrated_database

# By a trigger, or before it by the rights of the runtime role.
REFUSED: Final = "append-only|permission denied"

_empty_tables = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def empty_append_only_tables_too(case: TransactionTestCase) -> None:
    if connection.vendor == "sqlite":
        restore_migrated_database()
        anchor.set_aside()
        return
    with triggers_off():
        _empty_tables(case)
    start_chain(apps)


@contextmanager
def triggers_off() -> Iterator[None]:
    """Lift the append-only triggers, as only the owner of the database can."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
            cursor.execute("RESET ROLE")
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute(f"SET ROLE {role}")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            cursor.execute(sql)
