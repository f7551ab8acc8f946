"""A desk that release 1 made: database, audit anchor, keys, models and clients, read past the desk."""

import base64
import json
import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from creditdesk.encryption.fields import PREFIX
from creditdesk.encryption.wrapping import unwrap

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "tests" / "fixtures" / "release_1"
BINARY = {
    "creditdesk_profile.packed_inputs",
    "creditdesk_assessment.packed_inputs",
    "creditdesk_assessment.features",
    "creditdesk_assessment.contributions",
    "creditdesk_storedanswer.body",
}


class Desk(NamedTuple):
    """An unpacked desk of release 1: its database, audit anchor, keys and models."""

    place: Path

    @property
    def database(self) -> Path:
        return self.place / "desk.sqlite3"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of this release on it, with the settings of this desk alone."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        environment = {
            # Release 1 had no such key, whatever the .env of this checkout says.
            "WRAPPING_KEY": "",
            **inherited,
            **json.loads((MADE / "settings.json").read_text()),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "AUDIT_ANCHOR": str(self.place / "audit.anchor"),
            "ML_ARTIFACTS": str(self.place / "models"),
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Its database, read and written past the desk."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            yield connection

    def tables(self) -> dict[str, list[str]]:
        """The columns of every table."""
        with self.opened() as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {name: _columns(database, name) for (name,) in names}

    def counts(self) -> dict[str, int]:
        """The number of rows of every table."""
        tables = self.tables()
        with self.opened() as database:
            return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}

    def rows(self, table: str, columns: list[str]) -> list[tuple[object, ...]]:
        """Every row of a table, in these columns."""
        listed = ", ".join(f'"{column}"' for column in columns)
        with self.opened() as database:
            return database.execute(f'SELECT {listed} FROM "{table}" ORDER BY id').fetchall()

    def data_keys(self) -> dict[int, bytes]:
        """The wrapped data keys by number."""
        with self.opened() as database:
            return dict(database.execute("SELECT number, wrapped FROM creditdesk_datakey"))

    def words(self, table: str, columns: list[str]) -> list[tuple[object, ...]]:
        """The same rows with what is encrypted in the clear, by the keys of this desk."""
        keys = self.data_keys()
        return [
            tuple(
                _plain(value, f"{table}.{column}", keys) for value, column in zip(row, columns, strict=True)
            )
            for row in self.rows(table, columns)
        ]

    def copied_to(self, place: Path) -> "Desk":
        return Desk(Path(shutil.copytree(self.place, place)))


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]


def _plain(value: object, column: str, keys: dict[int, bytes]) -> object:
    """A stored value, decrypted where it is encrypted."""
    if isinstance(value, bytes) and column in BINARY and value:
        return decrypted(value, column, keys)
    text = value.strip('"') if isinstance(value, str) else ""
    if not text.startswith(PREFIX):
        return value
    return decrypted(base64.urlsafe_b64decode(text[len(PREFIX) :]), column, keys).decode()


def decrypted(sealed: bytes, column: str, keys: dict[int, bytes]) -> bytes:
    number = int.from_bytes(sealed[:8], "big")
    return AESGCM(unwrap(keys[number], number)).decrypt(sealed[8:20], sealed[20:], column.encode())


def unpacked(place: Path) -> Desk:
    """A desk of release 1 in an empty folder."""
    (place / "desk.sqlite3").write_bytes(lzma.decompress((MADE / "desk.sqlite3.xz").read_bytes()))
    shutil.copy(MADE / "audit.anchor", place)
    with tarfile.open(MADE / "models.tar.xz") as archive:
        archive.extractall(place / "models", filter="data")
    with tarfile.open(MADE / "clients.tar.xz") as archive:
        archive.extractall(place, filter="data")
    return Desk(place)
