"""A full disk, folders that may not be written, too little memory: a message, nothing half-written."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.desk_process import ROOT, DeskProcess
from tests.folders import application, write_tables

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting and changing users need root")
on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the database is a file on the small disk"
)


# Room for a desk of 11 MB, what its log of writes takes, and two copies of its database.
DISK = 40 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=777", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def copied_to(desk: DeskProcess, place: Path) -> DeskProcess:
    shutil.copytree(desk.place, place, dirs_exist_ok=True)
    return DeskProcess(place, f"sqlite:///{place / 'desk.sqlite3'}")


@needs_root
def test_a_full_disk_stops_a_backup_with_a_message_and_leaves_nothing(seeded_desk, small_disk):
    (small_disk / "filler").write_bytes(b"x" * (DISK - 64 * 1024))
    done = seeded_desk.manage("backup", str(small_disk / "backup"))
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


@needs_root
@on_sqlite
def test_a_disk_without_room_for_a_second_database_stops_a_backup_with_a_message(
    seeded_desk, small_disk, tmp_path
):
    desk = copied_to(seeded_desk, small_disk / "desk")
    before = sorted(path.name for path in desk.place.iterdir())
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * max(0, shutil.disk_usage(small_disk).free - 1024 * 1024))
    done = desk.manage("backup", str(tmp_path / "backup"))
    assert done.returncode == 1
    assert "as much free space" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "backup").exists()
    assert sorted(path.name for path in desk.place.iterdir()) == before
    filler.unlink()
    assert desk.manage("backup", str(tmp_path / "backup")).returncode == 0


@needs_root
@on_sqlite
def test_writers_on_a_full_disk_lose_nothing_that_was_acknowledged(seeded_desk, small_disk):
    desk = copied_to(seeded_desk, small_disk / "desk")
    filler = small_disk / "filler"
    before = desk.one_value("SELECT count(*) FROM creditdesk_note")
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"x" * max(0, free - 400 * 1024))
    writer = desk.start("-m", "tests.desk_seed", "notes")
    output, _ = writer.communicate(timeout=120)
    assert writer.returncode == 1
    assert "full" in output
    acknowledged = len([line for line in output.splitlines() if line.isdecimal()])
    filler.unlink()
    assert acknowledged > 0
    assert desk.one_value("SELECT count(*) FROM creditdesk_note") == before + acknowledged
    verified = desk.manage("verify_audit")
    assert verified.returncode == 0, verified.stderr
    assert desk.manage("backup", str(small_disk / "backup")).returncode == 0


@needs_root
@on_sqlite
def test_an_import_on_a_full_disk_says_so_and_works_once_there_is_space(seeded_desk, small_disk, tmp_path):
    desk = copied_to(seeded_desk, small_disk / "desk")
    folder = write_tables(tmp_path / "tables", application_train=[application(n) for n in range(1, 3001)])
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * max(0, shutil.disk_usage(small_disk).free - 300 * 1024))
    cases = "SELECT count(*) FROM creditdesk_case"
    before = desk.one_value(cases)
    stopped = desk.manage("import_portfolio", str(folder), TMPDIR=str(tmp_path))
    assert stopped.returncode == 1
    assert "The import stopped" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert desk.one_value(cases) == before
    filler.unlink()
    again = desk.manage("import_portfolio", str(folder), TMPDIR=str(tmp_path))
    assert again.returncode == 0, again.stderr
    assert desk.one_value(cases) == before + 3000
    assert desk.manage("verify_audit").returncode == 0


@needs_root
@on_sqlite
def test_an_anchor_that_may_not_be_written_stops_nobody_and_shows_afterwards(seeded_desk, tmp_path):
    desk = copied_to(seeded_desk, tmp_path / "desk")
    (tmp_path / "readable").mkdir()
    shutil.copy(desk.place / "audit.anchor", tmp_path / "readable" / "audit.anchor")
    subprocess.run(
        ["mount", "--bind", "-o", "ro", str(tmp_path / "readable"), str(tmp_path / "readable")], check=True
    )
    subprocess.run(["mount", "-o", "remount,bind,ro", str(tmp_path / "readable")], check=True)
    try:
        anchor = {"AUDIT_ANCHOR": str(tmp_path / "readable" / "audit.anchor"), "LOG_LEVEL": "ERROR"}
        done = desk.manage("backup", str(tmp_path / "backup"), **anchor)
    finally:
        subprocess.run(["umount", "-l", str(tmp_path / "readable")], check=True)
    assert "Traceback" not in done.stderr
    assert desk.manage("verify_audit").returncode == 0


def test_too_little_memory_ends_an_import_without_half_a_client(seeded_desk, tmp_path):
    folder = write_tables(tmp_path / "tables", application_train=[application(n) for n in range(7001, 9001)])
    cases = "SELECT count(*) FROM creditdesk_case"
    before = seeded_desk.one_value(cases)
    limit = 700 * 1024 * 1024

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = subprocess.run(
        [sys.executable, "manage.py", "import_portfolio", str(folder)],
        cwd=ROOT,
        env=seeded_desk.environment | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=little_memory,
    )
    assert done.returncode != 0
    assert seeded_desk.one_value(cases) == before
    profiles = seeded_desk.one_value("SELECT count(*) FROM creditdesk_profile")
    assert profiles == before
    assert seeded_desk.manage("verify_audit").returncode == 0
    again = seeded_desk.manage("import_portfolio", str(folder), TMPDIR=str(tmp_path))
    assert again.returncode == 0, again.stderr
    assert seeded_desk.one_value(cases) == before + 2000
