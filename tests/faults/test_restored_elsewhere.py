"""Backups that take longer to try: for the holder of a key, and of a log that was altered before."""

from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from tests.desk_process import DeskProcess, empty_desk


@pytest.fixture
def elsewhere(django_db_setup, tmp_path) -> Iterator[DeskProcess]:
    with empty_desk(tmp_path / "elsewhere") as desk:
        yield desk


def backed_up(desk: DeskProcess, destination: Path, *options: str) -> Path:
    done = desk.manage("backup", str(destination), *options)
    assert done.returncode == 0, done.stderr
    return destination


def test_a_backup_for_a_recipient_opens_with_the_private_key(seeded_desk, elsewhere, tmp_path):
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity").write_text(f"# kept in the safe\n{identity}\n")
    folder = backed_up(seeded_desk, tmp_path / "backup", "--recipient", str(identity.to_public()))
    done = elsewhere.manage("restore", str(folder), "--identity", str(tmp_path / "identity"))
    assert done.returncode == 0, done.stderr
    assert elsewhere.manage("verify_audit").returncode == 0


def test_a_log_that_was_altered_before_the_backup_is_not_restored(seeded_desk, elsewhere, tmp_path):
    """The digests fit, for the backup was made of altered rows: the chain tells."""
    backup = backed_up(seeded_desk, tmp_path / "before")
    with empty_desk(tmp_path / "altered") as altered:
        assert altered.manage("restore", str(backup)).returncode == 0
        with altered.opened() as database:
            on_table = "" if altered.database_url.startswith("sqlite") else " ON accounts_auditevent"
            database.execute(f"DROP TRIGGER accounts_auditevent_no_update{on_table}")
            database.execute("UPDATE accounts_auditevent SET actor = 'nobody' WHERE sequence = 3")
        folder = backed_up(altered, tmp_path / "backup")
    done = elsewhere.manage("restore", str(folder))
    assert (done.returncode, elsewhere.is_empty()) == (1, True)
    assert "event 3" in done.stderr
