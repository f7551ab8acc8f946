"""A bucket of tokens each."""

import pytest

from accounts.api_keys import rate_limit


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("accounts.api_keys.rate_limit.time.monotonic", lambda: now[0])
    rate_limit.forget()
    return now


def test_a_full_bucket_is_granted_and_then_single_requests(clock):
    assert [rate_limit.seconds_to_wait("a", 6) for _ in range(6)] == [0] * 6
    assert rate_limit.seconds_to_wait("a", 6) == 10
    clock[0] += 10
    assert rate_limit.seconds_to_wait("a", 6) == 0
    assert rate_limit.seconds_to_wait("a", 6) == 10


def test_one_does_not_use_up_anothers(clock):
    assert rate_limit.seconds_to_wait("a", 1) == 0
    assert rate_limit.seconds_to_wait("a", 1) == 60
    assert rate_limit.seconds_to_wait("b", 1) == 0


def test_waiting_the_announced_seconds_is_enough(clock):
    for per_minute in (1, 7, 59, 600):
        who = f"at {per_minute}"
        while not (seconds := rate_limit.seconds_to_wait(who, per_minute)):
            pass
        clock[0] += seconds
        assert rate_limit.seconds_to_wait(who, per_minute) == 0


def test_the_memory_of_strangers_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(rate_limit, "REMEMBERED", 10)
    for who in range(100):
        rate_limit.seconds_to_wait(who, 1)
    assert len(rate_limit._buckets) == 10
