"""A bucket of tokens for each key, the same one in every web process."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.api_keys import rate_limit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    rate_limit.forget()
    return now


def in_another_process(key: object, per_minute: int, cost: int = 1) -> int:
    """A process that has not given out a token of this key yet."""
    own, rate_limit._leases = rate_limit._leases, type(rate_limit._leases)()
    try:
        return rate_limit.seconds_to_wait(key, per_minute, cost)
    finally:
        rate_limit._leases = own


def test_a_full_bucket_is_granted_and_then_single_requests(clock):
    assert [rate_limit.seconds_to_wait("a", 6) for _ in range(6)] == [0] * 6
    assert rate_limit.seconds_to_wait("a", 6) == 10
    clock[0] += 10
    assert rate_limit.seconds_to_wait("a", 6) == 0
    assert rate_limit.seconds_to_wait("a", 6) == 10


def test_processes_share_a_bucket(clock):
    granted = [
        process("a", 6) for _ in range(3) for process in (rate_limit.seconds_to_wait, in_another_process)
    ]
    assert granted == [0] * 6
    assert rate_limit.seconds_to_wait("a", 6) == 10
    assert in_another_process("a", 6) == 10


def test_processes_that_ask_often_get_no_more_than_the_limit_together(clock):
    granted = 0
    for tenth in range(1200):
        clock[0] = 1_000_000 + tenth / 10
        granted += sum(process("a", 600) == 0 for process in [rate_limit.seconds_to_wait] * 3)
        granted += in_another_process("a", 600) == 0
    assert 600 <= granted <= 3 * 600


def test_an_expensive_request_takes_its_tokens_at_once(clock):
    assert rate_limit.seconds_to_wait("a", 60, 50) == 0
    assert rate_limit.seconds_to_wait("a", 60, 50) == 40
    assert rate_limit.seconds_to_wait("a", 60, 10) == 0
    clock[0] += 50
    assert rate_limit.seconds_to_wait("a", 60, 50) == 0


def test_asking_often_costs_one_write_a_second(clock):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        granted = [rate_limit.seconds_to_wait("a", 30_000) for _ in range(500)]
    assert granted == [0] * 500
    assert sum(query["sql"].startswith("UPDATE") for query in queries) == 1


def test_refusing_often_costs_no_write(clock):
    rate_limit.seconds_to_wait("a", 1)
    rate_limit.seconds_to_wait("a", 1)
    with CaptureQueriesContext(connection) as queries:
        assert rate_limit.seconds_to_wait("a", 1) == 60
    assert len(queries) == 0


def test_one_does_not_use_up_anothers(clock):
    assert rate_limit.seconds_to_wait("a", 1) == 0
    assert rate_limit.seconds_to_wait("a", 1) == 60
    assert rate_limit.seconds_to_wait("b", 1) == 0


def test_waiting_the_announced_seconds_is_enough(clock):
    for per_minute in (1, 7, 59, 600):
        key = f"at {per_minute}"
        while not (seconds := rate_limit.seconds_to_wait(key, per_minute)):
            pass
        clock[0] += seconds
        assert rate_limit.seconds_to_wait(key, per_minute) == 0


def test_the_memory_of_strangers_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(rate_limit, "REMEMBERED", 10)
    for key in range(100):
        rate_limit.seconds_to_wait(key, 1)
    assert len(rate_limit._leases) == 10


def test_a_clock_that_is_set_back_keeps_no_key_out(clock, monkeypatch):
    while not rate_limit.seconds_to_wait("a", 6):
        pass
    monkeypatch.setattr("time.time", lambda: clock[0] - 3600)
    clock[0] += 20
    assert in_another_process("a", 6) == 10
    clock[0] += 10
    assert rate_limit.seconds_to_wait("a", 6) == 0
