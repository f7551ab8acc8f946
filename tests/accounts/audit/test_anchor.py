"""The anchor outside the database: it follows the log it knows, and stays as evidence where that is gone."""

import json

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.audit import Action, Break, record, verify
from accounts.audit.anchor import Anchor, advance
from accounts.audit.chain import GENESIS, anchor_seal
from accounts.audit.recording import start_chain
from accounts.audit.verification import BrokenAt, verify_end, walk_through
from accounts.models import AuditEvent, AuditHead
from tests.triggers import triggers_off

pytestmark = pytest.mark.django_db
NOT_GENUINE = "the anchor outside the database is not genuine: "


def test_the_anchor_holds_the_newest_event_and_its_seal(record_events, settings):
    newest = record_events(3)[-1]
    assert json.loads(settings.AUDIT_ANCHOR.read_text()) == {
        "sequence": 3,
        "own_hash": newest.own_hash,
        "seal": anchor_seal(3, newest.own_hash),
    }
    assert Anchor.read() == Anchor(3, newest.own_hash)


def test_the_folder_of_the_anchor_is_made(record_events, settings, tmp_path):
    settings.AUDIT_ANCHOR = tmp_path / "of" / "the" / "desk" / "anchor"
    record_events(1)
    record_events(1)
    assert json.loads(settings.AUDIT_ANCHOR.read_text())["sequence"] == 2


def test_a_commit_that_comes_late_does_not_move_the_anchor_back(record_events):
    events = record_events(3)
    advance(Anchor(2, events[1].own_hash))
    assert Anchor.read() == Anchor(3, events[2].own_hash)


@pytest.mark.parametrize(("sequence", "of"), [(2, 1), (1, 2), (9, 2)])
def test_an_anchor_that_the_log_does_not_know_stays_and_is_reported(
    record_events, settings, caplog, sequence, of
):
    events = record_events(3)
    anchor = Anchor(sequence, events[of - 1].own_hash)
    assert anchor.is_in_the_log() == (sequence == of)
    anchor.write()
    advance(Anchor(3, events[2].own_hash))
    assert Anchor.read() == anchor
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [
        "the audit anchor stays where it is:"
        f" {settings.AUDIT_ANCHOR} knows event {sequence}, the log does not"
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '"x"', '{"sequence": "x", "own_hash": "", "seal": ""}',
             '{"sequence": 1, "own_hash": "x"}', '{"sequence": 1, "own_hash": "x", "seal": null}']
)  # fmt: skip
def test_an_anchor_that_cannot_be_read_is_a_break_and_stays(record_events, settings, text):
    record_events(2)
    settings.AUDIT_ANCHOR.write_text(text)
    assert verify() == Break(0, f"{NOT_GENUINE}{settings.AUDIT_ANCHOR} cannot be read")
    record_events(1)
    assert settings.AUDIT_ANCHOR.read_text() == text


def test_the_anchor_of_another_key_is_a_break(record_events, settings):
    record_events(2)
    stored = json.loads(settings.AUDIT_ANCHOR.read_text())
    settings.AUDIT_ANCHOR.write_text(json.dumps(stored | {"sequence": 1}))
    what = f"{settings.AUDIT_ANCHOR} was altered or belongs to another AUDIT_KEY"
    assert verify() == Break(0, NOT_GENUINE + what)
    assert str(verify()) == f"event 0: {NOT_GENUINE}{what}"


def test_a_new_database_starts_a_chain_and_keeps_the_anchor_of_the_old_one(record_events, settings):
    record_events(2)
    anchor_text = settings.AUDIT_ANCHOR.read_text()
    with triggers_off():
        AuditEvent.objects.all()._raw_delete("default")
        AuditHead.objects.all()._raw_delete("default")
    start_chain(apps)
    head = AuditHead.objects.get()
    assert (head.pk, head.sequence, head.own_hash) == (1, 0, GENESIS)
    assert not settings.AUDIT_ANCHOR.exists()
    (aside,) = settings.AUDIT_ANCHOR.parent.glob(f"{settings.AUDIT_ANCHOR.name}.[0-9]*")
    assert aside.read_text() == anchor_text
    assert verify() is None
    assert record_events(1)[0].sequence == 1
    assert verify() is None


@pytest.mark.parametrize(("left", "up_to"), [(4, ""), (2, ", and all after it up to 5")])
def test_the_number_of_events_removed_from_the_end_is_reported(record_events, by_hand, left, up_to):
    record_events(5)
    by_hand(f"DELETE FROM accounts_auditevent WHERE sequence > {left}")
    assert verify() == Break(left + 1, f"it was removed from the end{up_to}")


def test_a_log_that_ends_before_the_anchor_is_reported_with_the_anchored_event(
    record_events, by_hand, settings
):
    events = record_events(4)
    earlier = AuditHead.objects.get()
    Anchor(5, events[3].own_hash).write()
    assert (earlier.sequence, verify()) == (
        4,
        Break(
            5,
            f"the log ends before it, but {settings.AUDIT_ANCHOR} knows event 5: the end was removed together"
            " with its head, or the database was put back to an earlier copy",
        ),
    )


def test_another_event_in_the_anchored_place_is_reported(record_events, settings):
    record_events(3)
    Anchor(2, "f" * 64).write()
    assert verify() == Break(2, f"it is not the one that the anchor {settings.AUDIT_ANCHOR} knows")


def test_events_that_are_recorded_during_the_walk_are_no_break(record_events):
    """Walked by one, written by others: the walk goes on to their end."""
    record_events(2)
    meanwhile = iter([1, 2])

    def rival_write(execute, sql, params, many, context):
        if "accounts_audithead" in sql and (count := next(meanwhile, 0)):
            with connection.execute_wrapper(lambda run, *what: run(*what)), transaction.atomic():
                for _ in range(count):
                    record(action=Action.NOTE, actor=None)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_write):
        assert verify() is None
    assert AuditEvent.objects.count() == 5


def test_the_quick_check_sees_the_newest_event_and_the_head_alone(record_events, by_hand):
    record_events(5)
    by_hand("UPDATE accounts_auditevent SET actor = 'manager' WHERE sequence = 3")
    assert verify_end() is None
    by_hand("UPDATE accounts_auditevent SET actor = 'manager' WHERE sequence = 5")
    assert verify_end() == Break(5, "it was changed")
    with pytest.raises(BrokenAt, match=r"^it was changed$"):
        walk_through()
