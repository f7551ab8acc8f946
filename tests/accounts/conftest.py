from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.audit import Action, record
from accounts.audit.chain import GENESIS, Link, head_seal, link_hash
from accounts.models import AuditEvent, AuditHead, User
from accounts.people import add_user
from tests.factories import PEOPLE
from tests.triggers import triggers_off


@pytest.fixture
def record_events(db, django_capture_on_commit_callbacks) -> Callable[[int], list[AuditEvent]]:
    """That many recorded events, whose anchor is written as after a commit."""

    def write(count: int) -> list[AuditEvent]:
        with django_capture_on_commit_callbacks(execute=True):
            return [
                record(
                    action=Action.NOTE,
                    actor=User(username="advisor"),
                    target=f"case:{number}",
                    details={"characters": number, "text": "é\u2028"},
                )
                for number in range(count)
            ]

    return write


@pytest.fixture
def run_on_commit(django_capture_on_commit_callbacks) -> Callable[..., Any]:
    """A block after which everything happens that happens after a commit: the anchor is written."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def sealed_person(db, run_on_commit) -> Callable[[str], User]:
    """A user by the name of a role, added as the desk adds one: with the event that seals the row."""

    def add(name: str) -> User:
        with run_on_commit():
            return add_user(name, by=None, role=PEOPLE[name])

    return add


@pytest.fixture
def by_hand(db) -> Callable[..., None]:
    """SQL as somebody runs it who has full power over the database."""

    def execute(*statements: str) -> None:
        with triggers_off(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return execute


@pytest.fixture
def events(db) -> Callable[..., list[AuditEvent]]:
    """The recorded events of one kind, read back from the database, oldest first."""
    return lambda action: list(AuditEvent.objects.filter(action=action).order_by("sequence"))


@pytest.fixture
def chain_of(db) -> Callable[[int], None]:
    """A long genuine chain, written in one go."""

    def write(count: int) -> None:
        events, previous = [], GENESIS
        for sequence in range(1, count + 1):
            details = {"filter": "x" * 200}
            link = Link(sequence, timezone.now(), "advisor", "export", "", details, "", previous)
            previous = link_hash(link)
            events.append(AuditEvent(**link._asdict(), own_hash=previous))
        AuditEvent.objects.bulk_create(events, batch_size=2000)
        AuditHead.objects.update(sequence=count, own_hash=previous, seal=head_seal(count, previous))

    return write
