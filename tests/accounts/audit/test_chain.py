"""The audit log finds every change made behind the desk's back, and names the first bad event."""

import math
import threading
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.audit import Action, Break, ChainBroken, record, verify
from accounts.audit.verification import verify_end
from accounts.models import AuditEvent, AuditHead

pytestmark = pytest.mark.django_db
TABLE = "accounts_auditevent"


def put_back(head: AuditHead) -> str:
    return (
        f"UPDATE accounts_audithead SET sequence = {head.sequence},"
        f" own_hash = '{head.own_hash}', seal = '{head.seal}'"
    )


def test_an_untouched_log_is_intact(record_events):
    record_events(5)
    assert verify() is None
    assert verify_end() is None


def test_an_empty_log_is_intact():
    assert verify() is None
    assert verify_end() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2001-01-01 00:00:00'"),
        ("actor", "'manager'"),
        ("action", "'decision'"),
        ("target", "'case:9'"),
        ("details", "'{\"characters\": 7}'"),
        ("request_id", "'other'"),
        ("previous_hash", f"'{'a' * 64}'"),
        ("own_hash", f"'{'a' * 64}'"),
    ],
)
def test_a_changed_column_is_found(record_events, by_hand, column, value):
    record_events(5)
    by_hand(f"UPDATE {TABLE} SET {column} = {value} WHERE sequence = 3")
    assert verify() == Break(3, "it was changed")


def test_a_removed_event_is_found(record_events, by_hand):
    record_events(5)
    by_hand(f"DELETE FROM {TABLE} WHERE sequence = 2")
    assert verify() == Break(2, "it was removed")


def test_a_removed_event_is_found_when_the_rest_is_renumbered(record_events, by_hand):
    record_events(5)
    by_hand(
        f"DELETE FROM {TABLE} WHERE sequence = 2",
        f"UPDATE {TABLE} SET sequence = 2 WHERE sequence = 3",
        f"UPDATE {TABLE} SET sequence = 3 WHERE sequence = 4",
        f"UPDATE {TABLE} SET sequence = 4 WHERE sequence = 5",
    )
    assert verify() == Break(2, "it was changed")


def test_a_removed_first_event_is_found(record_events, by_hand):
    record_events(3)
    by_hand(f"DELETE FROM {TABLE} WHERE sequence = 1")
    assert verify() == Break(1, "it was removed")


def test_exchanged_events_are_found(record_events, by_hand):
    record_events(5)
    by_hand(
        f"UPDATE {TABLE} SET sequence = 99 WHERE sequence = 2",
        f"UPDATE {TABLE} SET sequence = 2 WHERE sequence = 4",
        f"UPDATE {TABLE} SET sequence = 4 WHERE sequence = 99",
    )
    assert verify() == Break(2, "it is out of order")


def test_an_inserted_event_is_found(record_events, by_hand):
    last = record_events(3)[-1]
    columns = "sequence, at, actor, action, target, details, request_id, previous_hash, own_hash"
    values = f"4, '2026-01-01', 'advisor', 'note', '', '{{}}', '', '{last.own_hash}', '{'b' * 64}'"
    by_hand(f"INSERT INTO {TABLE} ({columns}) VALUES ({values})")
    assert verify() == Break(4, "the desk did not write it: it was inserted")
    assert verify_end() == verify()


@pytest.mark.parametrize("removed", [1, 3, 5])
def test_events_removed_from_the_end_are_found(record_events, by_hand, removed):
    record_events(5)
    by_hand(f"DELETE FROM {TABLE} WHERE sequence > {5 - removed}")
    first_break = verify()
    assert first_break is not None
    assert first_break.sequence == 6 - removed
    assert "removed from the end" in first_break.what
    assert verify_end() == first_break


def test_a_head_put_back_with_the_events_is_found_by_the_anchor(record_events, by_hand):
    record_events(3)
    earlier = AuditHead.objects.get()
    record_events(2)
    by_hand(
        f"DELETE FROM {TABLE} WHERE sequence > 3",
        put_back(earlier),
    )
    first_break = verify()
    assert first_break is not None
    assert first_break.sequence == 4
    assert "put back to an earlier copy" in first_break.what


def test_a_head_put_back_without_the_events_is_found(record_events, by_hand):
    record_events(3)
    earlier = AuditHead.objects.get()
    record_events(2)
    by_hand(put_back(earlier))
    assert verify() == Break(4, "the head was put back to an earlier state than the log")


def test_another_history_grown_from_an_earlier_copy_is_found(record_events, by_hand, settings):
    record_events(2)
    earlier = AuditHead.objects.get()
    record_events(2)
    anchor_text = settings.AUDIT_ANCHOR.read_text()
    by_hand(
        f"DELETE FROM {TABLE} WHERE sequence > 2",
        put_back(earlier),
    )
    record_events(5)
    assert settings.AUDIT_ANCHOR.read_text() == anchor_text
    first_break = verify()
    assert first_break is not None
    assert first_break.sequence == 4
    assert "not the one that the anchor" in first_break.what


def test_a_head_that_was_made_up_is_found_and_nothing_is_recorded_on_it(record_events, by_hand):
    record_events(3)
    by_hand("UPDATE accounts_audithead SET sequence = 2")
    assert verify() == Break(2, "the head of the log was altered")
    with pytest.raises(ChainBroken):
        record_events(1)


def test_a_removed_head_is_found_and_nothing_is_recorded_without_it(record_events, by_hand):
    record_events(3)
    by_hand("DELETE FROM accounts_audithead")
    assert verify() == Break(4, "the head of the log was removed")
    with pytest.raises(ChainBroken):
        record_events(1)


def test_a_made_up_anchor_is_found(record_events, settings):
    record_events(2)
    settings.AUDIT_ANCHOR.write_text('{"sequence": 1, "own_hash": "x", "seal": "y"}')
    first_break = verify()
    assert first_break is not None
    assert "anchor" in first_break.what


def test_another_key_cannot_read_the_log_as_genuine(record_events, settings):
    record_events(2)
    settings.AUDIT_KEY = "another-key-another-key-another-key"
    settings.AUDIT_ANCHOR.unlink()
    assert verify() == Break(1, "it was changed")


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_of_its_act():
    with pytest.raises(transaction.TransactionManagementError, match=r"^an audit event .* its act$"):
        record(action=Action.NOTE, actor=None)


def test_an_event_disappears_with_the_act_that_failed(record_events):
    record_events(1)
    with transaction.atomic():
        record(action=Action.NOTE, actor=None)
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == 1
    assert verify() is None


def test_an_anchor_that_cannot_be_written_stops_nobody(record_events, settings, tmp_path, caplog):
    settings.AUDIT_ANCHOR = tmp_path / "a-file" / "anchor"
    (tmp_path / "a-file").write_text("not a folder")
    record_events(1)
    assert AuditEvent.objects.count() == 1
    assert "anchor stays where it is" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_unforked_chain(settings):
    def write() -> None:
        for number in range(25):
            with transaction.atomic():
                record(action=Action.NOTE, actor=None, details={"number": number})
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert list(AuditEvent.objects.order_by("sequence").values_list("sequence", flat=True)) == [
        *range(1, 201)
    ]
    assert verify() is None
    assert '"sequence": 200' in settings.AUDIT_ANCHOR.read_text()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.just(UTC))
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(details=st.dictionaries(st.text(max_size=8), anything, max_size=4), text=st.text(max_size=200))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_recorded_is_still_genuine_when_read_back(details, text):
    with transaction.atomic():
        record(action=Action.NOTE, actor=None, target=text, details=details)
    assert verify_end() is None


def test_numbers_and_times_come_back_as_they_were_meant():
    details = {"p": 0.1, "whole": 3.0, "big": 1e22, "none": math.nan, "cost": Decimal("1.10")}
    with transaction.atomic():
        record(
            action=Action.NOTE, actor=None, details=details | {"at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)}
        )
    assert AuditEvent.objects.get().details == {
        "p": 0.1,
        "whole": 3,
        "big": 10**22,
        "none": "nan",
        "cost": "1.10",
        "at": "2026-01-02T03:04:00Z",
    }


def test_a_long_log_is_walked_in_constant_memory(chain_of):
    chain_of(2_000)
    tracemalloc.start()
    assert verify() is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_an_event_before_the_first_is_found(record_events, by_hand):
    """The page and the export of the log would show it among the others."""
    record_events(3)
    by_hand(
        f"INSERT INTO {TABLE}"
        " (sequence, at, actor, action, target, details, request_id, previous_hash, own_hash)"
        f" SELECT 0, at, 'manager', 'decision', target, details, request_id, previous_hash, '{'a' * 64}'"
        f" FROM {TABLE} WHERE sequence = 1"
    )
    assert verify() == Break(0, "it was inserted before the first one")
