"""Restoration into an empty place: verified by digests, rows, audit chain and replay before it is there."""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from filecmp import cmpfiles
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from accounts import audit
from accounts.audit import Action
from accounts.audit.anchor import Anchor
from accounts.audit.verification import BrokenAt, RowsBroken, walk_rows
from accounts.models import AuditEvent
from creditdesk.backup import postgresql, sqlite
from creditdesk.backup.create import ANCHOR, FILES
from creditdesk.backup.encryption import SUFFIX, Key
from creditdesk.backup.manifest import BackupError, Manifest, Snapshot
from creditdesk.backup.rows import snapshot_of
from creditdesk.backup.streams import check_digest, read_stream
from creditdesk.models import Assessment, Client, IndexedName
from creditdesk.models.name_index import index_names
from creditdesk.monitoring.replay import differences

# The name of unfinished model folders: a training removes what a killed restoration leaves.
NAMES_AT_ONCE: Final = 2_000
_STAGING: Final = ".restore.unfinished."


@dataclass(frozen=True, slots=True)
class Restored:
    """The numbers that were verified before the desk was put in place."""

    events: int
    sealed_rows: int
    rows: int
    assessments: int
    models: int


def restore_backup(
    source: Path, *, identity: Path | None, passphrase: str, progress: Callable[[str], object]
) -> Restored:
    """Restore a backup into the empty place that the settings name.

    Raises BackupError, and then the place is as empty as before.
    """
    manifest = Manifest.read(source)
    _check_place(manifest)
    progress("Checking the digests")
    for name, stored in manifest.files.items():
        check_digest(source / name, stored)
    key = None if manifest.encryption == "none" else Key.of(source, identity, passphrase)
    with ExitStack() as stack:
        models, place = _staging(stack)
        progress("Unpacking")
        drift = _unpack(stack.enter_context(_member(source, manifest, FILES, key)), models)
        database = next(name for name in manifest.files if name.startswith("database"))
        content = stack.enter_context(_member(source, manifest, database.removesuffix(SUFFIX), key))
        anchor: Path = settings.AUDIT_ANCHOR
        with _vendor().restored(content, place), _staged_settings(models, place):
            restored = _verify(manifest, progress)
            _record(source, manifest)
            _put_files(models, drift, anchor)
    return restored


def _vendor() -> Any:
    return postgresql if connection.vendor == "postgresql" else sqlite


def _check_place(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupError(f"This backup is of {manifest.vendor}, DATABASE_URL names {connection.vendor}.")
    loader = MigrationLoader(None)
    present = {f"{app}.{name}" for app, name in loader.disk_migrations} | set(loader.replacements)
    unknown = [name for name in manifest.snapshot.migrations if name not in present]
    if unknown:
        raise BackupError(
            f"This backup is of a newer release, which has the migration {unknown[0]}: update first."
        )
    _vendor().check_is_empty()
    if Path(settings.AUDIT_ANCHOR).exists():
        raise BackupError(f"{settings.AUDIT_ANCHOR} is the anchor of another database: move it away first.")


def _staging(stack: ExitStack) -> tuple[Path, Path]:
    """Folders on the disks where the models and the database will lie, so that they are moved, not copied."""
    near_models = Path(settings.ML_ARTIFACTS)
    near_database = Path(settings.AUDIT_ANCHOR).parent
    if connection.vendor == "sqlite":
        near_database = Path(connection.settings_dict["NAME"]).parent
    folders = []
    for folder in (near_models, near_database):
        folder.mkdir(parents=True, exist_ok=True)
        for left_behind in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(left_behind, ignore_errors=True)
        folders.append(Path(stack.enter_context(TemporaryDirectory(dir=folder, prefix=_STAGING))))
    return folders[0], folders[1]


def _member(source: Path, manifest: Manifest, name: str, key: Key | None) -> AbstractContextManager[Any]:
    stored = name if key is None else name + SUFFIX
    if stored not in manifest.files:
        raise BackupError(f"The manifest lists no {stored}")
    return read_stream(source / stored, key)


def _unpack(content: Any, models: Path) -> Path:
    """Unpack into the staging folder; the folder of drift pages in it."""
    with tarfile.open(fileobj=content, mode="r|") as archive:
        archive.extractall(models, filter="data")
    (models / "models").mkdir(exist_ok=True)
    return models / "drift"


@contextmanager
def _staged_settings(models: Path, place: Path) -> Iterator[None]:
    """Let the desk read the staged models and anchor, and tell no sink of it before it is verified."""
    staged = {
        "ML_ARTIFACTS": models / "models",
        "AUDIT_ANCHOR": place / ANCHOR,
        "AUDIT_SINK": "",
    }
    before = {name: getattr(settings, name) for name in staged}
    if (models / ANCHOR).exists():
        shutil.copy(models / ANCHOR, place / ANCHOR)
    for name, value in staged.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)


def _verify(manifest: Manifest, progress: Callable[[str], object]) -> Restored:
    progress("Counting the rows")
    present = snapshot_of(_execute, connection.vendor)
    _compare(manifest.snapshot, present)
    call_command("prepare_database", verbosity=0)
    progress("Indexing the names")
    _index_names()
    progress("Walking the audit chain")
    try:
        rows, walk = walk_rows()
    except (BrokenAt, RowsBroken) as broken:
        what = broken.first_break if isinstance(broken, BrokenAt) else broken
        raise BackupError(f"The audit log in the backup is not intact. {what}") from broken
    progress("Replaying the assessments")
    different = next(differences(Assessment.objects.all()), None)
    if different:
        raise BackupError(f"Assessment {different.assessment} does not come out the same: {different.what}")
    return Restored(
        events=walk.sequence,
        sealed_rows=rows.checked,
        rows=sum(present.tables.values()),
        assessments=Assessment.objects.exclude(model_digest="").count(),
        models=sum(1 for path in Path(settings.ML_ARTIFACTS).iterdir() if path.is_dir()),
    )


def _index_names() -> None:
    """Make the index of names, which no backup has; an older backup has it still."""
    if IndexedName.objects.exists():
        return
    names = list(Client.objects.filter(data_key__isnull=False).values_list("pk", "name"))
    for start in range(0, len(names), NAMES_AT_ONCE):
        index_names({pk: str(name) for pk, name in names[start : start + NAMES_AT_ONCE]})


def _compare(expected: Snapshot, present: Snapshot) -> None:
    for table in sorted({*expected.tables, *present.tables}):
        counts = expected.tables.get(table), present.tables.get(table)
        if counts[0] != counts[1]:
            raise BackupError(f"The table {table} has {counts[1]} rows, the backup says {counts[0]}")
    if (expected.sequence, expected.own_hash) != (present.sequence, present.own_hash):
        raise BackupError(
            f"The audit log ends at event {present.sequence}, the backup says {expected.sequence}"
        )


@transaction.atomic
def _record(source: Path, manifest: Manifest) -> None:
    """Move the anchor to the end that was verified, and let the log say where this database comes from."""
    newest = AuditEvent.objects.first()
    if newest and not Path(settings.AUDIT_ANCHOR).exists():
        Anchor(newest.sequence, newest.own_hash).write()
    details = {"made_at": manifest.made_at, "until": manifest.snapshot.sequence}
    audit.record(action=Action.RESTORED, actor=None, target=source.name, details=details)


def _put_files(models: Path, drift: Path, anchor: Path) -> None:
    """Move models, drift pages and the anchor to their places; a version that is there must be the same."""
    target = models.parent
    new = [path for path in sorted((models / "models").iterdir()) if not (target / path.name).exists()]
    for path in sorted((models / "models").iterdir()):
        if path not in new and _differs(path, target / path.name):
            raise BackupError(f"{target / path.name} is there and differs from the one in the backup.")
    for path in new:
        path.rename(target / path.name)
    if drift.is_dir():
        shutil.copytree(drift, settings.DRIFT_REPORTS, dirs_exist_ok=True)
    anchor.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(settings.AUDIT_ANCHOR, anchor)


def _differs(unpacked: Path, present: Path) -> bool:
    if not (unpacked.is_dir() and present.is_dir()):
        return True
    names = {path.name for folder in (unpacked, present) for path in folder.iterdir()}
    _, different, unreadable = cmpfiles(unpacked, present, names, shallow=False)
    return bool(different or unreadable)


def _execute(query: str) -> Any:
    cursor = connection.cursor()
    cursor.execute(query)
    return cursor
