"""Many acts, few commits: nobody goes on before their own act is in the log."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction

from accounts.audit import Act, Action, ChainBroken, group_commit, record_together, verify
from accounts.models import AuditEvent, AuditHead
from tests.triggers import triggers_off

ACTS = 40


def note(number: int) -> bool:
    """Whether the act is in the log once it is said to be."""
    try:
        record_together(Act(Action.API_ANSWER, None, str(number), request_id=f"request-{number}"))
        return AuditEvent.objects.filter(target=str(number), request_id=f"request-{number}").exists()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_every_act_of_many_threads_is_recorded_when_it_returns():
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(note, range(ACTS)))
    assert AuditEvent.objects.count() == ACTS
    assert verify() is None


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_commit_that_fails_raises():
    with triggers_off():
        AuditHead.objects.update(seal="0" * 64)
    for _ in range(2):
        with pytest.raises(ChainBroken):
            record_together(Act(Action.API_ANSWER, None, "1"))
    assert group_commit._waiting == []


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_the_act_shares_its_fate():
    with transaction.atomic():
        record_together(Act(Action.API_ANSWER, None, "1"))
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_writer_that_is_ended_reports_no_record(monkeypatch):
    """The first holds the turn until two more wait; the one of them that writes for both is ended."""
    outcomes: list[str] = []
    begun, go_on = Event(), Event()

    def write(acts):
        if len(acts) > 1:
            raise SystemExit
        begun.set()
        go_on.wait()

    def act() -> None:
        try:
            record_together(Act(Action.API_ANSWER, None, "1"))
        except (RuntimeError, SystemExit) as refused:
            outcomes.append(f"{type(refused).__name__}: {refused}")
        finally:
            connection.close()

    monkeypatch.setattr(group_commit, "record_all", write)
    with ThreadPoolExecutor(3) as threads:
        threads.submit(act)
        begun.wait()
        threads.submit(act)
        threads.submit(act)
        while len(group_commit._waiting) < 2:
            sleep(0.001)
        go_on.set()
    assert sorted(outcomes) == ["RuntimeError: the act was not recorded", "SystemExit: "]
