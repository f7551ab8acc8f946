"""Rendered texts are kept as they are, until they expire, in a bounded number of bytes."""

from threading import Thread

import pytest
from django.core.cache import caches
from hypothesis import given
from hypothesis import strategies as st

from accounts.caching.least_recent import LeastRecent
from accounts.caching.memory import TextMemoryCache


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("accounts.caching.memory.time.monotonic", lambda: now[0])
    return now


def test_a_text_is_kept_until_it_expires(clock):
    texts = TextMemoryCache("expiry", {})
    text = "<p>é</p>"
    assert texts.add("part", text, 900)
    assert not texts.add("part", "other", 900)
    assert texts.get("part") == text
    clock[0] += 901
    assert texts.get("part") is None
    texts.set("part", text, None)
    clock[0] += 10**9
    assert texts.get("part") == text
    assert texts.delete("part")
    assert not texts.delete("part")


def test_what_a_thread_forgets_is_forgotten_by_all():
    def in_another_thread(act, *arguments):
        results = []
        thread = Thread(target=lambda: results.append(getattr(caches["fragments"], act)(*arguments)))
        thread.start()
        thread.join()
        return results[0]

    in_another_thread("set", "part", "Zoé Lefèvre")
    assert caches["fragments"].get("part") == "Zoé Lefèvre"
    caches["fragments"].clear()
    assert in_another_thread("get", "part") is None


def test_what_was_not_used_longest_goes_first(clock):
    texts = TextMemoryCache("three bytes", {"OPTIONS": {"MAX_BYTES": 3}})
    for name in "abc":
        texts.set(name, name)
    texts.get("a")
    texts.set("d", "d")
    assert [name for name in "abcd" if texts.get(name)] == ["a", "c", "d"]
    texts.set("e", "é")
    assert [name for name in "acde" if texts.get(name)] == ["d", "e"]
    texts.set("e", "larger than all that may be kept")
    assert texts.stored == 0
    texts.set("a", "a")
    texts.clear()
    assert texts.get("a") is None


def test_expired_texts_go_when_another_is_written(clock):
    texts = TextMemoryCache("purge", {})
    texts.set("part", "Zoé Lefèvre", 900)
    texts.set("page", "a text", 1_000)
    clock[0] += 901
    texts.set("tab", "another text", None)
    assert texts.stored == 2
    assert [texts.get(name) for name in ("part", "page", "tab")] == [None, "a text", "another text"]
    clock[0] += 10**6
    texts.set("row", "a third text", 900)
    assert texts.stored == 2


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 40), st.sampled_from(["keep", "forget"]))))
def test_what_is_kept_never_takes_more_than_the_limit(acts):
    texts, sizes = LeastRecent[int](60), {}
    for key, size, act in acts:
        if act == "keep":
            texts.keep(key, size, size)
            sizes[key] = size
        else:
            texts.forget(key)
            sizes.pop(key, None)
        present = {name: value for name in "abcde" if (value := texts.get(name)) is not None}
        assert sum(present.values()) <= 60
        assert present.items() <= sizes.items()
        assert len(present) == len(texts)
        if sum(sizes.values()) <= 60:
            assert present == sizes
        sizes = present


def test_only_texts_are_kept():
    with pytest.raises(TypeError):
        TextMemoryCache("objects", {}).set("part", {"a": 1})
