"""Release of a database: whether this code knows every migration that was applied to it."""

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor


class ReleaseMismatch(Exception):
    """The database is of another release than the code; the message says which way."""


def refuse_newer_database(connection: BaseDatabaseWrapper) -> None:
    """Raise ReleaseMismatch for a database that a newer release has brought up to date."""
    loader = MigrationExecutor(connection).loader
    unknown = sorted(set(loader.applied_migrations) - set(loader.disk_migrations) - set(loader.replacements))
    if unknown:
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:3])
        raise ReleaseMismatch(
            f"The database is newer than this release, which does not know {names}. Start the newer release"
            " again, or restore the backup from before the update."
        )


def refuse_older_database(connection: BaseDatabaseWrapper) -> None:
    """Raise ReleaseMismatch for a database that is still to be brought up to date."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise ReleaseMismatch(f"The database does not answer: {error}") from error
    if plan:
        raise ReleaseMismatch(
            f"The database is older than this release ({len(plan)} migrations are missing): run manage.py"
            " prepare_database as the owner of the tables first."
        )
