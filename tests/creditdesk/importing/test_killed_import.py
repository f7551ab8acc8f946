"""An import that is killed leaves no work database among the temporary files."""

import time

import pytest

from tests.folders import application, write_tables

pytestmark = pytest.mark.xdist_group("desk_process")


def test_a_killed_import_leaves_no_temporary_files(seeded_desk, tmp_path):
    folder = write_tables(tmp_path / "tables", application_train=[application(n) for n in range(1, 4001)])
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = ("manage.py", "import_portfolio", str(folder))
    killed = seeded_desk.start(*command, TMPDIR=str(temporary))
    end = time.monotonic() + 90
    while not list(temporary.glob("creditdesk-*/tables.duckdb")) and time.monotonic() < end:
        time.sleep(0.002)
    assert list(temporary.iterdir())
    killed.kill()
    killed.wait()
    while list(temporary.iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    assert list(temporary.iterdir()) == []
