"""Backup and restoration by their commands, on the database that the suite runs on."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from creditdesk.backup import prune
from creditdesk.backup.manifest import BackupError, Manifest
from creditdesk.backup.streams import read_stream
from tests.desk_process import DeskProcess, empty_desk

pytestmark = pytest.mark.xdist_group("desk_process")

NAME = "Zélie Testamant"
PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def desk(seeded_desk) -> DeskProcess:
    return seeded_desk


@pytest.fixture
def elsewhere(django_db_setup, tmp_path) -> Iterator[DeskProcess]:
    """An empty place with the same keys, as on another machine."""
    with empty_desk(tmp_path / "elsewhere") as desk:
        yield desk


@pytest.fixture
def passphrase(tmp_path) -> str:
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return str(tmp_path / "passphrase")


@pytest.fixture(scope="module")
def backup(desk, tmp_path_factory) -> Path:
    """A backup of it, not encrypted."""
    return backed_up(desk, tmp_path_factory.mktemp("backups") / "plain")


def backed_up(desk: DeskProcess, destination: Path, *options: str) -> Path:
    done = desk.manage("backup", str(destination), *options)
    assert done.returncode == 0, done.stderr
    return destination


def counts_in(manifest: Path) -> dict[str, int]:
    return json.loads(manifest.read_text())["snapshot"]["tables"]


def test_a_backup_made_while_others_write_is_restored_whole(desk, elsewhere, tmp_path):
    writer = desk.start("-m", "tests.desk_seed", "notes")
    try:
        assert writer.stdout
        assert writer.stdout.readline()
        folder = backed_up(desk, tmp_path / "backup")
        still_writing = int(writer.stdout.readline()) > 0 and writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    assert still_writing
    done = elsewhere.manage("restore", str(folder))
    assert done.returncode == 0, done.stderr
    counts = counts_in(folder / "manifest.json")
    notes = "SELECT count(*) FROM creditdesk_note"
    assert elsewhere.one_value(notes) == counts["creditdesk_note"] > 6
    assert desk.one_value(notes) > counts["creditdesk_note"]
    log = "SELECT count(*) FROM accounts_auditevent"
    assert elsewhere.one_value(log) == counts["accounts_auditevent"] + 1
    assert elsewhere.manage("verify_audit").returncode == 0
    assert elsewhere.manage("replay_assessments").stdout.startswith("6 assessments replayed, all the same")
    assert elsewhere.one_value(f"{log} WHERE action = 'restored'") == 1


def test_an_encrypted_backup_opens_with_its_passphrase_alone(desk, elsewhere, passphrase, tmp_path):
    folder = backed_up(desk, tmp_path / "backup", "--passphrase-file", passphrase)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert not [name for name, content in files.items() if NAME.encode() in content]
    heads = {name: content[:22] for name, content in files.items() if name.endswith(".age")}
    assert len(heads) == 3
    assert set(heads.values()) == {b"age-encryption.org/v1\n"}
    (tmp_path / "other").write_text("another passphrase than that")
    for options in ((), ("--passphrase-file", str(tmp_path / "other"))):
        refused = elsewhere.manage("restore", str(folder), *options)
        assert (refused.returncode, elsewhere.is_empty()) == (1, True)
        assert "passphrase" in refused.stderr
    done = elsewhere.manage("restore", str(folder), "--passphrase-file", passphrase)
    assert done.returncode == 0, done.stderr
    assert elsewhere.one_value("SELECT count(*) FROM creditdesk_case") == 6


def cut_off(folder: Path) -> None:
    (path,) = folder.glob("database.*")
    path.write_bytes(path.read_bytes()[:-100])


def alter_the_files(folder: Path) -> None:
    path = folder / "files.tar.zst"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def alter_the_manifest(folder: Path) -> None:
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"creditdesk_note": ', '"creditdesk_note": 1'))


def forget_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (cut_off, "was cut off or altered"),
        (alter_the_files, "files.tar.zst of the backup was cut off or altered"),
        (alter_the_manifest, "manifest.json was altered"),
        (forget_the_manifest, "no complete backup"),
    ],
)
def test_a_damaged_backup_is_refused_and_leaves_the_place_empty(
    backup, elsewhere, tmp_path, damage, complaint
):
    folder = tmp_path / "damaged"
    folder.mkdir()
    for path in backup.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    damage(folder)
    done = elsewhere.manage("restore", str(folder))
    assert (done.returncode, elsewhere.is_empty()) == (1, True)
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_restored_over_a_desk(desk, backup):
    before = desk.one_value("SELECT count(*) FROM accounts_auditevent")
    done = desk.manage("restore", str(backup))
    assert done.returncode == 1
    assert "restore into an empty" in done.stderr
    assert desk.one_value("SELECT count(*) FROM accounts_auditevent") == before


def test_a_backup_is_recorded_without_its_path(desk, backup):
    with desk.opened() as database:
        query = "SELECT details FROM accounts_auditevent WHERE action = 'backup' AND target = 'plain'"
        ((details,),) = database.execute(query).fetchall()
    assert str(backup.parent) not in str(details)


def test_no_backup_lets_anybody_into_a_session(desk, tmp_path):
    """Whoever reads the key of a session is that person until it ends."""
    desk.seed("session")
    with desk.opened() as database:
        (key,) = database.execute("SELECT session_key FROM django_session").fetchone()
    folder = backed_up(desk, tmp_path / "backup")
    counts = counts_in(folder / "manifest.json")
    assert (counts["django_session"], counts["usersessions_usersession"]) == (0, 0)
    (database,) = folder.glob("database.*")
    with read_stream(database, None) as content:
        assert key.encode() not in content.read()


def test_an_existing_folder_is_not_overwritten(desk, backup):
    before = {path.name: path.read_bytes() for path in backup.iterdir()}
    done = desk.manage("backup", str(backup))
    assert done.returncode == 1
    assert {path.name: path.read_bytes() for path in backup.iterdir()} == before


def test_a_backup_of_a_newer_release_is_refused(backup, elsewhere, tmp_path, settings):
    settings.AUDIT_KEY = elsewhere.environment["AUDIT_KEY"]
    manifest = Manifest.read(backup)
    manifest.snapshot.migrations.append("creditdesk.9999_from_tomorrow")
    folder = tmp_path / "newer"
    folder.mkdir()
    manifest.write(folder)
    done = elsewhere.manage("restore", str(folder))
    assert (done.returncode, elsewhere.is_empty()) == (1, True)
    assert "newer release" in done.stderr
    assert "9999_from_tomorrow" in done.stderr


def test_a_backup_of_another_kind_of_database_is_refused(backup, elsewhere, tmp_path, settings):
    settings.AUDIT_KEY = elsewhere.environment["AUDIT_KEY"]
    folder = tmp_path / "other"
    folder.mkdir()
    replace(Manifest.read(backup), vendor="oracle").write(folder)
    done = elsewhere.manage("restore", str(folder))
    assert (done.returncode, elsewhere.is_empty()) == (1, True)
    assert "This backup is of oracle" in done.stderr


def test_a_manifest_of_another_installation_is_refused(backup, settings):
    settings.AUDIT_KEY = "not-the-key-of-that-desk"
    with pytest.raises(BackupError, match="AUDIT_KEY"):
        Manifest.read(backup)


def test_only_the_newest_complete_backups_of_a_schedule_stay(tmp_path):
    for day in range(1, 6):
        folder = tmp_path / f"creditdesk-2026110{day}T020000Z"
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
    unfinished = tmp_path / "creditdesk-20261001T020000Z"
    unfinished.mkdir()
    (tmp_path / "something-else").mkdir()
    prune(tmp_path, keep=2)
    assert {path.name for path in tmp_path.iterdir()} == {
        "creditdesk-20261104T020000Z",
        "creditdesk-20261105T020000Z",
        unfinished.name,
        "something-else",
    }
