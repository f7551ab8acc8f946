"""The migrated database: made by one process of a run, copied by the others, restored after a test."""

import fcntl
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction


class MigratedOnce:
    """A database that the first process of a run migrates, in a folder that its processes share."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "migrated.sqlite3"
        self.lock: IO[str] = (folder / "migrated.lock").open("w")

    def take(self, place: Path) -> bool:
        """Copy it to a place, or return False and hold the others up until it is kept or the process ends."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        if not self.database.exists():
            return False
        shutil.copy(self.database, place)
        self.lock.close()
        return True

    def keep(self) -> None:
        """Give what this process has migrated to the others."""
        if not self.database.exists():
            shutil.copy(settings.MIGRATED_DATABASE, self.database)
        self.lock.close()


def keep_migrated_database() -> None:
    """Keep the database as it is after the migrations, where it is a file."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(settings.MIGRATED_DATABASE)])


def restore_migrated_database() -> None:
    """Put every page of the file back to what the migrations left; numbers that were given stay given."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        numbers = cursor.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    with closing(sqlite3.connect(settings.MIGRATED_DATABASE)) as migrated:
        migrated.backup(connection.connection)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_sequence")
        cursor.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", numbers)
    ContentType.objects.clear_cache()
