"""A seal covers everything stored: a log written by an earlier release stays genuine."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import transaction

from accounts import request_id
from accounts.audit import Act, Action, ChainBroken, record, verify
from accounts.audit.chain import GENESIS, Link, anchor_seal, head_seal, link_hash
from accounts.audit.recording import record_all
from accounts.audit.verification import is_genuine
from accounts.models import AuditEvent, User

AT = datetime(2026, 3, 1, 10, 30, 0, 125000, tzinfo=timezone(timedelta(hours=2)))
DETAILS = {"verdict": "accept", "outcome": "accept", "assessment": 12, "note": "é"}
LINK = Link(7, AT, "advisor", "decision", "500001", DETAILS, "request-0001", "ab" * 32)
SEALED = "5f0ccffaa0d1f888650a8f3b809c5f0f9730aa8d6387ce171d843d3f3e3c5284"


@pytest.fixture
def known_key(settings) -> None:
    settings.AUDIT_KEY = "the-key-of-this-test"


@pytest.fixture
def noted(db):
    """The event as the database gives it back."""

    def note(**what) -> AuditEvent:
        with transaction.atomic():
            event = record(action=Action.NOTE, **{"actor": None} | what)
        return AuditEvent.objects.get(pk=event.pk)

    return note


@pytest.mark.usefixtures("known_key")
def test_the_seals_of_a_log_that_was_written_before_still_hold():
    assert link_hash(LINK) == SEALED
    assert head_seal(7, SEALED) == "c1c7a863b55015fadca898b840a218d10120c39713343e55594dff39f5171258"
    assert anchor_seal(7, SEALED) == "f9190b516db9c007c7f41645508b6d5cf6bed8624811c5ba487e6d8a4cc40bc9"


@pytest.mark.usefixtures("known_key")
def test_the_seal_is_of_the_moment_whatever_the_zone_it_is_written_in():
    assert link_hash(LINK._replace(at=AT.astimezone(UTC))) == SEALED
    assert link_hash(LINK._replace(at=AT + timedelta(microseconds=1))) != SEALED
    whole = LINK._replace(at=AT.replace(microsecond=0))
    assert link_hash(whole) == link_hash(whole._replace(at=whole.at.astimezone(UTC)))


@pytest.mark.usefixtures("known_key")
def test_the_seal_does_not_depend_on_the_order_of_the_details():
    turned = dict(reversed(DETAILS.items()))
    assert list(turned) != list(DETAILS)
    assert link_hash(LINK._replace(details=turned)) == SEALED


def test_details_become_what_every_database_can_keep(noted):
    details = {
        5: "a\0b",
        "half": "\ud800x",
        "tuple": (1, None, True),
        "set": {1},
        "frozen": frozenset({"y"}),
        "deep": {"uuid": UUID(int=1)},
        "endless": -math.inf,
        "zero": -0.0,
        "big": 2**60,
    }
    stored_details = noted(details=details).details
    assert stored_details == {
        "5": "a\N{REPLACEMENT CHARACTER}b",
        "half": "?x",
        "tuple": [1, None, True],
        "set": [1],
        "frozen": ["y"],
        "deep": {"uuid": "00000000-0000-0000-0000-000000000001"},
        "endless": "-inf",
        "zero": 0,
        "big": 2**60,
    }
    assert json.dumps([stored_details["tuple"], stored_details["zero"]]) == "[[1, null, true], 0]"
    assert verify() is None


def test_without_details_none_are_made_up(noted):
    event = noted()
    assert (event.actor, event.target, event.details, event.request_id) == ("", "", {}, "")


def test_an_event_names_its_request(noted):
    request_id.begin("request-0001")
    try:
        assert noted(target="500001").request_id == "request-0001"
    finally:
        request_id._current.set("")


def test_names_that_no_database_can_keep_are_recorded_all_the_same(noted):
    event = noted(actor=User(username="ad\0visor"), target="case:\0" + "9" * 200)
    assert event.actor == "ad\N{REPLACEMENT CHARACTER}visor"
    assert event.target == "case:\N{REPLACEMENT CHARACTER}" + "9" * 114
    assert verify() is None


@pytest.mark.django_db
def test_several_acts_are_linked_in_their_order():
    with transaction.atomic():
        first, second = record_all(
            [Act(Action.NOTE, None, "1", {"a": 1}), Act(Action.CLAIM, None, "2", request_id="request-0002")]
        )
    assert (first.sequence, first.previous_hash) == (1, GENESIS)
    assert (second.sequence, second.previous_hash) == (2, first.own_hash)
    assert list(AuditEvent.objects.order_by("sequence").values_list("action", "target", "request_id")) == [
        ("note", "1", ""),
        ("claim", "2", "request-0002"),
    ]
    assert verify() is None


@pytest.mark.parametrize("column", ["sequence", "at", "actor", "action", "target", "details", "request_id"])
def test_an_event_is_genuine_by_itself_until_it_is_changed(noted, column):
    event = noted(target="500001", details=DETAILS)
    assert is_genuine(event)
    changed = {"sequence": 9, "at": AT, "details": {}}.get(column, "other")
    setattr(event, column, changed)
    assert not is_genuine(event)


def test_a_refused_record_names_what_to_do(noted, by_hand):
    noted()
    by_hand("UPDATE accounts_audithead SET sequence = 9")
    with pytest.raises(ChainBroken, match=r"^the head of .* was altered; run manage.py verify_audit$"):
        noted()


def test_the_actor_is_the_user_name(record_events):
    assert record_events(1)[0].actor == "advisor"
    with transaction.atomic():
        assert record(action=Action.NOTE, actor=None).actor == ""
        assert record(action=Action.NOTE, actor=User(username="manager")).actor == "manager"
