"""Recorded rows stay: neither our own code nor SQL changes or removes them."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.append_only import AppendOnlyError
from accounts.models import AuditEvent

pytestmark = pytest.mark.django_db


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET actor = 'nobody'",
        "DELETE FROM accounts_auditevent",
        "DELETE FROM accounts_auditevent WHERE sequence = 2",
        "DELETE FROM accounts_audithead",
    ],
)
def test_the_database_refuses_to_change_or_remove_the_log(record_events, statement):
    record_events(2)
    assert "is append-only" in refused(statement)
    assert AuditEvent.objects.filter(actor="advisor").count() == 2


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.parametrize("key", ["id", "sequence", "own_hash"])
def test_an_event_cannot_be_replaced(record_events, key):
    event = record_events(2)[0]
    row = {"id": 900, "sequence": 900, "own_hash": "'c'"} | {key: repr(getattr(event, key))}
    message = refused(
        f"INSERT OR REPLACE INTO accounts_auditevent VALUES ({row['id']}, {row['sequence']},"
        f" '2026-01-01', 'x', 'note', '', '{{}}', '', '', {row['own_hash']})"
    )
    assert "exists already" in message


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_the_log_cannot_be_truncated(record_events):
    record_events(2)
    assert "is append-only" in refused("TRUNCATE accounts_auditevent")


def test_an_event_cannot_be_saved_again_or_deleted(record_events):
    event = record_events(1)[0]
    event.actor = "nobody"
    with pytest.raises(AppendOnlyError):
        event.save()
    with pytest.raises(AppendOnlyError):
        AuditEvent.objects.get().delete()
    assert AuditEvent.objects.get().actor == "advisor"


@pytest.mark.parametrize(
    "change",
    [
        lambda events: events.update(actor="nobody"),
        lambda events: events.delete(),
        lambda events: events.bulk_update(list(events), ["actor"]),
    ],
)
def test_events_cannot_be_changed_together(record_events, change):
    record_events(2)
    with pytest.raises(AppendOnlyError):
        change(AuditEvent.objects.all())
    assert AuditEvent.objects.filter(actor="advisor").count() == 2
