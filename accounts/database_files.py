"""Files of a SQLite database: for the account that the desk runs under and its group alone.

They hold the keys of live sessions and, in the index of names, words about clients; SQLite itself makes them
readable to every account of the machine.
"""

import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# The log of writes and its index take their rights from the database, but keep those that they have.
_SUFFIXES = ("", "-wal", "-shm")


def restrict_to_owner(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Take all rights of other accounts away, with every new connection."""
    if connection.vendor != "sqlite":
        return
    for suffix in _SUFFIXES:
        path = Path(f"{connection.settings_dict['NAME']}{suffix}")
        # In memory there is no file; one of another account is its owner's to change.
        with suppress(FileNotFoundError, PermissionError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & stat.S_IRWXO:
                path.chmod(mode & ~stat.S_IRWXO)
