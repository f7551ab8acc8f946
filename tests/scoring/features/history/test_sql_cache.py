"""The SQL of the histories: written once, kept whole, thrown away when what it follows from changes."""

import pytest

from scoring.ml.features.history import sql_cache
from scoring.ml.features.history.all_tables import PARTS

PART = PARTS[1]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(sql_cache, "PLACE", tmp_path / "history-sql")
    sql_cache.sql_of.cache_clear()
    yield tmp_path / "history-sql"
    sql_cache.sql_of.cache_clear()


def forbidden(*args, **kwargs):
    raise AssertionError("the SQL was written again")


def test_what_one_process_wrote_the_next_one_reads(place, monkeypatch):
    written = sql_cache.sql_of(PART, ())
    sql_cache.sql_of.cache_clear()
    monkeypatch.setattr("scoring.ml.features.history.sql_cache.ibis.to_sql", forbidden)
    assert sql_cache.sql_of(PART, ()) == written
    assert [path.suffix for path in place.iterdir()] == [".sql"]


def test_another_program_writes_its_own_and_the_old_one_goes(place, monkeypatch):
    sql_cache.sql_of(PART, ())
    (old,) = place.iterdir()
    sql_cache.sql_of.cache_clear()
    monkeypatch.setattr(sql_cache, "_digest", lambda: "0" * 32)
    sql_cache.sql_of(PART, ())
    (new,) = place.iterdir()
    assert new != old


def test_where_nothing_may_be_written_it_works_all_the_same(place):
    place.write_text("a file where the folder should be")
    assert sql_cache.sql_of(PART, ()).startswith("WITH")


def test_parts_need_all_of_their_tables():
    assert sql_cache.provided_parts({"bureau_balance"}) == []
    assert [part.needs[0] for part in sql_cache.provided_parts({"bureau", "bureau_balance"})] == [
        "bureau",
        "bureau_balance",
    ]
