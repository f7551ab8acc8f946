"""Snapshot and restoration of a PostgreSQL database, by pg_dump and pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from creditdesk.backup.manifest import BackupError, Snapshot
from creditdesk.backup.rows import LEFT_OUT, snapshot_of

MEMBER: Final = "database.dump.zst"
BLOCK: Final = 1 << 20
DUMP: Final = ("pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges")
RESTORE: Final = (
    "pg_restore",
    "--no-owner",
    "--no-privileges",
    "--exit-on-error",
    "--single-transaction",
)


class PostgresqlSnapshot:
    """A snapshot that the server keeps while its transaction is open; pg_dump reads the same one."""

    member = MEMBER

    def __init__(self) -> None:
        self._identifier = _execute("SELECT pg_export_snapshot()").fetchone()[0]
        content = snapshot_of(_execute, "postgresql")
        emptied = {table: 0 for table in LEFT_OUT if table in content.tables}
        self.content: Snapshot = replace(content, tables={**content.tables, **emptied})

    def write(self, sink: BinaryIO) -> None:
        left_out = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        command = [*DUMP, *left_out, f"--snapshot={self._identifier}"]
        with _program(command, stdout=subprocess.PIPE) as dump:
            shutil.copyfileobj(_stream(dump.stdout), sink, BLOCK)


@contextmanager
def snapshot() -> Iterator[PostgresqlSnapshot]:
    with transaction.atomic():
        _execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield PostgresqlSnapshot()


def check_is_empty() -> None:
    if connection.introspection.table_names():
        name = connection.settings_dict["NAME"]
        raise BackupError(f"The database {name} holds tables already: restore into an empty one.")


@contextmanager
def restored(content: Any, _staging: Path) -> Iterator[None]:
    """Restore in one transaction and work on it; when that fails, the database is emptied again."""
    connection.close()
    with _program(RESTORE, stdin=subprocess.PIPE) as program:
        sink = _stream(program.stdin)
        # What the program ended with is on its standard error.
        with suppress(BrokenPipeError):
            shutil.copyfileobj(content, sink, BLOCK)
            sink.close()
    try:
        yield
    except BaseException:
        connection.close()
        _execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        raise


def _execute(query: str) -> Any:
    cursor = connection.cursor()
    cursor.execute(query)
    return cursor


def _stream(stream: Any) -> Any:
    """A pipe that was opened when the program was started."""
    if stream is None:
        raise ValueError("the program was started without this pipe")
    return stream


@contextmanager
def _program(command: Sequence[str], **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of PostgreSQL on this database. Raises BackupError with its complaint when it fails."""
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    place = [*arguments[1:-1], "--dbname", arguments[-1]]
    with TemporaryFile() as complaints:
        try:
            program = subprocess.Popen(
                [*command, *place],
                env={**os.environ, **(environment or {})},
                stderr=complaints,
                **streams,
            )
        except FileNotFoundError as error:
            raise BackupError(
                f"{command[0]} is not installed: it comes with the client of PostgreSQL."
            ) from error
        try:
            yield program
            if program.wait():
                complaints.seek(0)
                complaint = complaints.read().decode(errors="replace").strip() or "no reason given"
                raise BackupError(f"{command[0]} failed: {complaint.splitlines()[0]}")
        finally:
            if program.poll() is None:
                program.kill()
                program.wait()
