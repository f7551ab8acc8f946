"""The SQL of the histories: written once, stored whole, replaced when what it follows from changes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from scoring.ml.features.history import sql_cache
from scoring.ml.features.history.all_tables import TABLE_HISTORIES, computable

HISTORY = TABLE_HISTORIES[1]
PRINT_KEY = "from scoring.ml.features.history import sql_cache; print(sql_cache._key())"


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sql_cache, "FOLDER", tmp_path / "history-sql")
    sql_cache.sql_of.cache_clear()
    yield tmp_path / "history-sql"
    sql_cache.sql_of.cache_clear()


@pytest.fixture
def sources(tmp_path) -> list[Path]:
    """Copies of the folders that the key covers."""
    return [Path(shutil.copytree(source, tmp_path / source.name)) for source in sql_cache.SOURCES]


def forbidden(*args, **kwargs):
    raise AssertionError("the SQL was written again")


def test_the_sql_that_one_process_wrote_is_read_by_the_next(cache_folder, monkeypatch):
    written = sql_cache.sql_of(HISTORY, ())
    sql_cache.sql_of.cache_clear()
    monkeypatch.setattr("scoring.ml.features.history.sql_cache.ibis.to_sql", forbidden)
    assert sql_cache.sql_of(HISTORY, ()) == written
    assert [path.suffix for path in cache_folder.iterdir()] == [".sql"]


def test_another_key_writes_a_new_file_and_removes_the_old_one(cache_folder, monkeypatch):
    sql_cache.sql_of(HISTORY, ())
    (old,) = cache_folder.iterdir()
    sql_cache.sql_of.cache_clear()
    monkeypatch.setattr(sql_cache, "_key", lambda: "0" * 32)
    sql_cache.sql_of(HISTORY, ())
    (new,) = cache_folder.iterdir()
    assert new != old


def test_without_a_writable_folder_the_sql_is_compiled_all_the_same(cache_folder):
    cache_folder.write_text("a file where the folder should be")
    assert sql_cache.sql_of(HISTORY, ()).startswith("WITH")


def test_the_key_covers_the_packages_of_features_and_tables():
    ml = Path(settings.BASE_DIR) / "scoring" / "ml"
    assert list(sql_cache.SOURCES) == [ml / "features", ml / "tables"]


@pytest.mark.parametrize(
    "module",
    [
        "features/history/bureau/recipe.py",
        "features/history/all_tables.py",
        "features/spec/aggregations.py",
        "tables/catalogue.py",
        "tables/bureau.py",
    ],
)
def test_a_change_in_any_module_changes_the_key(sources, tmp_path, module):
    before = sql_cache.source_digest(sources)
    with (tmp_path / module).open("a") as file:
        file.write("# changed\n")
    assert sql_cache.source_digest(sources) != before


def test_the_key_does_not_depend_on_where_the_program_stands(sources):
    assert sql_cache.source_digest(sources) == sql_cache.source_digest(sql_cache.SOURCES)


def test_the_key_is_the_same_in_another_process():
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", PRINT_KEY]
    printed = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True
    )
    assert printed.stdout.strip() == sql_cache._key()


def test_the_cache_is_in_the_folder_that_the_image_ships():
    """`bin/image` runs compile_history as root and hands var to the service."""
    assert Path(settings.BASE_DIR) / "var" / "history-sql" == sql_cache.FOLDER
    steps = (Path(settings.BASE_DIR) / "bin" / "image").read_text()
    assert steps.index("manage.py compile_history") < steps.index("chown -R creditdesk: var")


def test_compile_history_writes_the_sql_of_every_combination_of_tables(cache_folder, monkeypatch):
    monkeypatch.setattr("scoring.ml.features.history.sql_cache.ibis.to_sql", lambda *_, **__: "SELECT 1")
    call_command("compile_history")
    sql_cache.sql_of.cache_clear()
    monkeypatch.setattr("scoring.ml.features.history.sql_cache.ibis.to_sql", forbidden)
    for history in TABLE_HISTORIES:
        for provided in (history.required, (*history.required, *history.optional)):
            assert sql_cache.sql_of(history, sql_cache.optional_tables(history, provided)) == "SELECT 1"


def test_a_history_needs_all_of_its_required_tables():
    assert computable({"bureau_balance"}) == []
    tables = [history.table for history in computable({"bureau", "bureau_balance"})]
    assert tables == ["bureau", "bureau_balance"]
