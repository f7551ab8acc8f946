"""A SQLite database is no file for every account of the machine: it holds keys of sessions and names."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

# For connections to be made at all.
pytestmark = pytest.mark.django_db


@pytest.fixture
def database(tmp_path: Path):
    """A connection of its own, as a process of the desk makes it."""
    settings = {**connections.settings["default"], "ENGINE": "django.db.backends.sqlite3"}
    init = "PRAGMA journal_mode=WAL;"
    settings |= {"NAME": str(tmp_path / "desk.sqlite3"), "OPTIONS": {"init_command": init}}
    before = os.umask(0o022)
    wrapper = DatabaseWrapper(settings, alias="other")
    yield wrapper
    wrapper.close()
    os.umask(before)


def public_rights(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO for path in folder.iterdir()}


def test_a_new_database_is_for_its_own_account(database, tmp_path):
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE session (key TEXT)")
        files = public_rights(tmp_path)
    assert files == dict.fromkeys(("desk.sqlite3", "desk.sqlite3-wal", "desk.sqlite3-shm"), 0)


def test_so_is_one_that_everybody_could_read_until_now(database, tmp_path):
    path = tmp_path / "desk.sqlite3"
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE session (key TEXT)")
    assert set(public_rights(tmp_path).values()) == {stat.S_IROTH}
    database.ensure_connection()
    assert set(public_rights(tmp_path).values()) == {0}
    writer.close()
