"""Rows by table, migrations and head of the log, read in plain SQL: the same for every release."""

from collections.abc import Callable
from typing import Any, Final

from creditdesk.backup.manifest import Snapshot

TABLES: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
}

# No backup has their rows. The index of names holds them in plain: a restoration makes it anew. The key of a
# session is a way in for whoever reads it, and a session that was ended since would live again.
LEFT_OUT: Final = (
    "creditdesk_indexedname_words",
    "creditdesk_indexedname",
    "creditdesk_nameword",
    "usersessions_usersession",
    "django_session",
)


def snapshot_of(execute: Callable[[str], Any], vendor: str = "sqlite") -> Snapshot:
    """Read what a restoration is compared with; `execute` runs a query and returns its cursor."""
    tables = [name for (name,) in execute(TABLES[vendor]).fetchall()]
    counts = {name: execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
    migrations: list[str] = []
    if "django_migrations" in counts:
        rows = execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        migrations = [f"{app}.{name}" for app, name in rows]
    head = None
    if "accounts_audithead" in counts:
        head = execute("SELECT sequence, own_hash FROM accounts_audithead WHERE id = 1").fetchone()
    sequence, own_hash = head or (0, "")
    return Snapshot(counts, migrations, sequence, own_hash)
