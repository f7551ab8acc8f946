"""The SQL of the histories: written once, kept whole, thrown away when what it follows from changes."""

import pytest

from scoring.ml.features import compiled
from scoring.ml.features.history import PARTS

PART = PARTS[1]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "PLACE", tmp_path / "history-sql")
    compiled.sql_of.cache_clear()
    yield tmp_path / "history-sql"
    compiled.sql_of.cache_clear()


def forbidden(*args, **kwargs):
    raise AssertionError("the SQL was written again")


def test_what_one_process_wrote_the_next_one_reads(place, monkeypatch):
    written = compiled.sql_of(PART, ())
    compiled.sql_of.cache_clear()
    monkeypatch.setattr("scoring.ml.features.compiled.ibis.to_sql", forbidden)
    assert compiled.sql_of(PART, ()) == written
    assert [path.suffix for path in place.iterdir()] == [".sql"]


def test_another_program_writes_its_own_and_the_old_one_goes(place, monkeypatch):
    compiled.sql_of(PART, ())
    (old,) = place.iterdir()
    compiled.sql_of.cache_clear()
    monkeypatch.setattr(compiled, "_digest", lambda: "0" * 32)
    compiled.sql_of(PART, ())
    (new,) = place.iterdir()
    assert new != old


def test_where_nothing_may_be_written_it_works_all_the_same(place):
    place.write_text("a file where the folder should be")
    assert compiled.sql_of(PART, ()).startswith("WITH")


def test_parts_need_all_of_their_tables():
    assert compiled.provided_parts({"bureau_balance"}) == []
    assert [part.needs[0] for part in compiled.provided_parts({"bureau", "bureau_balance"})] == [
        "bureau",
        "bureau_balance",
    ]
