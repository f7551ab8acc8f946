"""The shared cache: JSON only, atomic, and what was planted in its table is never run."""

import base64
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.caching import database
from accounts.caching.database import shared_cache
from accounts.models import CachedValue


class Planted:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "encode", [lambda raw: base64.b64encode(raw).decode(), lambda raw: raw.decode("latin-1")]
)
def test_a_planted_pickle_is_not_run_and_counts_as_missing(tmp_path, encode):
    cache.set("attempts", [1.0])
    hostile = encode(pickle.dumps(Planted(tmp_path / "ran"), protocol=0))
    CachedValue.objects.update(value=hostile)
    assert cache.get("attempts", "nothing") == "nothing"
    assert not (tmp_path / "ran").exists()
    assert shared_cache().change("attempts", lambda value: [value], 60) == [None]


@pytest.mark.django_db
@pytest.mark.parametrize("value", [{1, 2}, datetime.now(UTC), Path("x"), b"bytes"])
def test_what_is_not_json_is_refused_when_it_is_written(value):
    with pytest.raises(TypeError):
        cache.set("key", value)
    assert not CachedValue.objects.exists()


@pytest.mark.django_db
def test_a_value_is_there_until_it_expires(monkeypatch):
    cache.set("key", {"attempts": [1.5]}, 60)
    now = time.time()
    monkeypatch.setattr("accounts.caching.database.time.time", lambda: now + 59)
    assert cache.get("key") == {"attempts": [1.5]}
    assert not cache.add("key", "other", 60)
    monkeypatch.setattr("accounts.caching.database.time.time", lambda: now + 61)
    assert cache.get("key") is None
    assert cache.add("key", "other", 60)
    assert cache.get("key") == "other"


@pytest.mark.django_db
def test_touch_delete_and_clear_say_whether_there_was_something():
    assert not cache.touch("key", 60)
    assert not cache.delete("key")
    cache.set("key", 1, None)
    assert cache.touch("key", 60)
    assert cache.delete("key")
    cache.set("key", 1)
    cache.clear()
    assert not CachedValue.objects.exists()


@pytest.mark.django_db
def test_expired_rows_go_and_the_table_stays_bounded(monkeypatch):
    backend = database.JsonDatabaseCache("", {"OPTIONS": {"MAX_ENTRIES": 20}})
    backend.set("old", 1, 1)
    now = time.time()
    for number in range(50):
        monkeypatch.setattr(
            "accounts.caching.database.time.time", lambda number=number: now + 300 + number * 61
        )
        backend.set(f"key-{number}", number, 10_000)
    assert CachedValue.objects.count() <= 20
    assert backend.get("old") is None
    assert backend.get("key-49") == 49


@pytest.mark.django_db(transaction=True)
def test_of_many_callers_at_once_one_adds():
    def add(number: int) -> bool:
        try:
            return cache.add("code", number, 60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(24))) == 1


@pytest.mark.django_db(transaction=True)
def test_no_change_of_many_at_once_is_lost():
    def count(_: int) -> None:
        try:
            shared_cache().change("attempts", lambda value: (value or 0) + 1, 60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(24)))
    assert cache.get("attempts") == 24
