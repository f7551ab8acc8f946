"""Snapshot and restoration of a SQLite database."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

from django.db import connection

from creditdesk.backup.manifest import BackupError, Snapshot
from creditdesk.backup.rows import LEFT_OUT, snapshot_of

MEMBER: Final = "database.sqlite3.zst"
BLOCK: Final = 1 << 20


class SqliteSnapshot:
    """A copy made by SQLite's online backup: one moment of the database, whoever writes meanwhile."""

    member = MEMBER

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(sqlite3.connect(path)) as database:
            self.content: Snapshot = snapshot_of(database.execute)

    def write(self, sink: BinaryIO) -> None:
        with self._path.open("rb") as file:
            shutil.copyfileobj(file, sink, BLOCK)


@contextmanager
def snapshot() -> Iterator[SqliteSnapshot]:
    """Copy the database beside itself: what is not encrypted stays on the disk where it lies anyway."""
    source = _path()
    for left_behind in source.parent.glob(f".{source.name}.backup-*"):
        shutil.rmtree(left_behind, ignore_errors=True)
    # A folder, and with it the journal that SQLite leaves where it could not end its work.
    with TemporaryDirectory(dir=source.parent, prefix=f".{source.name}.backup-") as folder:
        copy = Path(folder) / source.name
        try:
            # In one step: a copy in several begins anew whenever somebody else has written.
            with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as target:
                live.backup(target, pages=-1)
                _leave_out(target)
        except sqlite3.OperationalError as error:
            raise BackupError(
                f"the database could not be copied into {source.parent}: {error}. "
                "A backup needs as much free space there as the database itself takes."
            ) from error
        yield SqliteSnapshot(copy)


def _leave_out(copy: sqlite3.Connection) -> None:
    """Empty the tables that no backup has, and overwrite what they held."""
    copy.execute("PRAGMA secure_delete = ON")
    present = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    with copy:
        for table in LEFT_OUT:
            if table in present:
                copy.execute(f"DELETE FROM {table}")  # noqa: S608


def check_is_empty() -> None:
    path = _path()
    if path.exists() and path.stat().st_size:
        with closing(sqlite3.connect(path)) as database:
            if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise BackupError(f"{path} holds a database already: restore into an empty place.")
    if path.with_name(f"{path.name}-wal").exists() and not path.exists():
        raise BackupError(f"{path}-wal belongs to another database: move it away first.")


@contextmanager
def restored(content: Any, staging: Path) -> Iterator[None]:
    """Write the database into the staging folder and work on it there; at the end it takes its place."""
    target, staged = _path(), staging / "database.sqlite3"
    with staged.open("xb") as file:
        shutil.copyfileobj(content, file, BLOCK)
    connection.close()
    connection.settings_dict["NAME"] = str(staged)
    try:
        # Through Django's connection: constraints on dates call functions that it defines.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check(1)")
            if (fault := cursor.fetchone()[0]) != "ok":
                raise BackupError(f"The database of the backup is damaged: {fault}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = str(target)
    staged.replace(target)


def _path() -> Path:
    return Path(connection.settings_dict["NAME"])
