"""Rendered texts are kept as they are, for as long as was asked, in bounded number."""

import pytest

from accounts.caching.memory import TextMemoryCache


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("accounts.caching.memory.time.monotonic", lambda: now[0])
    return now


def test_a_text_is_kept_until_it_expires(clock):
    texts = TextMemoryCache("", {})
    text = "<p>é</p>"
    assert texts.add("part", text, 900)
    assert not texts.add("part", "other", 900)
    assert texts.get("part") is text
    clock[0] += 901
    assert texts.get("part") is None
    texts.set("part", text, None)
    clock[0] += 10**9
    assert texts.get("part") is text
    assert texts.delete("part")
    assert not texts.delete("part")


def test_what_was_not_used_longest_goes_first(clock):
    texts = TextMemoryCache("", {"OPTIONS": {"MAX_ENTRIES": 3}})
    for name in "abc":
        texts.set(name, name)
    texts.get("a")
    texts.set("d", "d")
    assert [name for name in "abcd" if texts.get(name)] == ["a", "c", "d"]
    texts.clear()
    assert texts.get("a") is None


def test_only_texts_are_kept():
    with pytest.raises(TypeError):
        TextMemoryCache("", {}).set("part", {"a": 1})
