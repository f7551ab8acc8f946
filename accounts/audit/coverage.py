"""The beginning of coverage: rows of releases that recorded no digests are sealed once, after the upgrade."""

from typing import Any

from django.db import connection, transaction

from accounts.audit.actions import Action
from accounts.audit.recording import Act, record_all
from accounts.audit.row_digests import pages_of
from accounts.audit.verification import walk_rows
from accounts.models import AuditEvent
from accounts.sealed_rows import SEALED_TABLES


def begin_coverage(**kwargs: Any) -> None:
    """Seal every row that is there, where the log has events and none of them seals a row yet.

    In a new database coverage begins with the first event. A second beginning is never accepted by a
    verification: it would make rows genuine that somebody wrote past the desk.
    """
    tables = connection.introspection.table_names()
    if AuditEvent._meta.db_table not in tables or not set(SEALED_TABLES) <= set(tables):
        return
    if not AuditEvent.objects.exists() or has_begun():
        return
    with transaction.atomic():
        seal_again(list(SEALED_TABLES), action=Action.ROWS_COVERED)


def begin_with(tables: list[str]) -> None:
    """Seal the rows of tables that a release is the first to seal, within a transaction of its migration."""
    if has_begun():
        seal_again(tables)


def verify_before_rewriting(tables: list[str]) -> None:
    """Refuse to rewrite rows of these tables that are not as the log knows them. Raises BrokenAt, RowsBroken.

    Rows of a release without digests are covered after all migrations, as they are by then; those of a table
    that is sealed since a later release, by its migration.
    """
    if has_begun():
        walk_rows(tables)


def seal_again(tables: list[str], *, action: Action = Action.ROWS_REWRITTEN) -> None:
    """Record the digests of all rows of these tables, within a transaction.

    For a migration that rewrites stored values: it calls `verify_before_rewriting` first, this afterwards.
    """
    for table in tables:
        for page in pages_of(table):
            keys = [pk for pk, _ in page]
            record_all([Act(action, None, table, rows={table: keys})])


def has_begun() -> bool:
    events = AuditEvent.objects.filter(details__has_key="rows")
    return AuditEvent.objects.filter(action=Action.ROWS_COVERED).exists() or events.exists()
