"""Make the database file itself forget what was deleted: what a storage engine keeps after a DELETE."""

import time
from typing import Final

from django.db import DatabaseError, connection

# Readers hold the write-ahead log open for as long as a page takes.
_PATIENCE: Final = 30.0


def overwrite_deleted() -> str:
    """Leave no bytes of deleted rows in the files of the database; what is left to do, if anything.

    SQLite overwrites on DELETE (`secure_delete`), but its write-ahead log holds older pages until it is
    emptied. PostgreSQL keeps deleted rows until a table is written anew, which only its owner may do.
    """
    if connection.vendor == "sqlite":
        return _empty_write_ahead_log()
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (FULL) creditdesk_datakey")
    except DatabaseError as error:
        reason = str(error).splitlines()[0]
        return f"The table of data keys was not written anew ({reason}): the owner runs VACUUM FULL on it."
    return ""


def _empty_write_ahead_log() -> str:
    until = time.monotonic() + _PATIENCE
    while True:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_ = cursor.fetchone()
        if not is_busy:
            return ""
        if time.monotonic() > until:
            return "The write-ahead log is in use and holds older pages until the next checkpoint."
        time.sleep(0.1)
