"""A test with real transactions leaves the database of the migrations behind, whatever it wrote."""

import pytest
from django.db import connection

from accounts.models import AuditEvent, AuditHead, User
from tests.factories import UserFactory
from tests.migrated_database import restore_migrated_database

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a server's database is emptied, not restored"),
]


def schema() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        return set(cursor.execute("SELECT name, sql FROM sqlite_master").fetchall())


def test_rows_go_guards_stay_and_no_number_is_given_twice():
    before = schema()
    given = UserFactory(username="advisor", role="advisor").pk
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_over (id integer)")
    restore_migrated_database()
    assert schema() == before
    assert not User.objects.exists()
    assert not AuditEvent.objects.exists()
    assert AuditHead.objects.get().sequence == 0
    assert UserFactory(username="manager", role="manager").pk > given
    assert any(name == "accounts_auditevent_no_update" for name, _ in before)
