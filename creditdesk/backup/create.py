"""A backup while the desk serves: anchor first, then one moment of the database, then the files."""

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import connection, transaction

from accounts import audit
from accounts.audit import Action
from accounts.audit.anchor import locked
from creditdesk.backup import postgresql, sqlite
from creditdesk.backup.encryption import IDENTITY, Lock
from creditdesk.backup.manifest import MANIFEST, BackupError, Manifest, StoredFile
from creditdesk.backup.streams import write_stream

FILES: Final = "files.tar.zst"
ANCHOR: Final = "audit.anchor"
PREFIX: Final = "creditdesk-"
_UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is complete, at its place."""

    path: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        return sum(file.size for file in self.manifest.files.values())

    @property
    def rows(self) -> int:
        return sum(self.manifest.snapshot.tables.values())


def create_backup(destination: Path, *, lock: Lock) -> Backup:
    """Write a backup into a folder that is not there yet, or empty; whole, or not at all.

    The audit log records it. Raises BackupError and OSError.
    """
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise BackupError(f"{destination} is there and not empty: name a new folder for each backup.")
    # Before the snapshot: an anchor that is newer than its database would report events as missing.
    anchor = _anchor()
    with _unfinished(destination) as folder:
        with _snapshot() as database:
            parts = {database.member: database.write, FILES: lambda sink: _write_files(sink, anchor)}
            files = dict(write_stream(folder / name, write, lock) for name, write in parts.items())
            manifest = Manifest(_now(), connection.vendor, lock.name, database.content, files)
        if lock.identity:
            (folder / IDENTITY).write_bytes(lock.identity)
        manifest.write(folder)
    backup = Backup(destination, manifest)
    _record(backup)
    return backup


def name_of_today() -> str:
    """The name of a backup among others: the moment, in order of time."""
    return f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def prune(folder: Path, *, keep: int) -> list[Path]:
    """Remove all but the newest complete backups that a schedule has put into this folder."""
    complete = sorted(path.parent for path in folder.glob(f"{PREFIX}*/{MANIFEST}"))
    removed = complete[: max(0, len(complete) - keep)]
    for path in removed:
        # Without its manifest it is no backup any more, whatever interrupts the removal.
        (path / MANIFEST).unlink()
        shutil.rmtree(path)
    return removed


def _snapshot() -> AbstractContextManager[Any]:
    return postgresql.snapshot() if connection.vendor == "postgresql" else sqlite.snapshot()


def _anchor() -> bytes:
    path: Path = settings.AUDIT_ANCHOR
    with locked():
        return path.read_bytes() if path.exists() else b""


@contextmanager
def _unfinished(destination: Path) -> Iterator[Path]:
    """A folder beside the destination that takes its name when everything is written."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    folder = destination.with_name(f".{destination.name}{_UNFINISHED}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
        if destination.exists():
            destination.rmdir()
        folder.rename(destination)
        _sync(destination.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_files(sink: BinaryIO, anchor: bytes) -> None:
    """A tar of every model version, the pages of drift reports and the anchor."""
    with tarfile.open(fileobj=sink, mode="w|") as archive:
        if anchor:
            member = tarfile.TarInfo(ANCHOR)
            member.size = len(anchor)
            archive.addfile(member, BytesIO(anchor))
        for kind, folder in (("models", settings.ML_ARTIFACTS), ("drift", settings.DRIFT_REPORTS)):
            for path in sorted(Path(folder).glob("*")):
                # A hidden folder is a training that is still writing.
                if not path.name.startswith("."):
                    archive.add(path, f"{kind}/{path.name}")


@transaction.atomic
def _record(backup: Backup) -> None:
    snapshot = backup.manifest.snapshot
    details = {
        "until": snapshot.sequence,
        "rows": backup.rows,
        "size": backup.size,
        "encryption": backup.manifest.encryption,
    }
    audit.record(action=Action.BACKUP, actor=None, target=backup.path.name, details=details)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = ["ANCHOR", "FILES", "Backup", "StoredFile", "create_backup", "name_of_today", "prune"]
