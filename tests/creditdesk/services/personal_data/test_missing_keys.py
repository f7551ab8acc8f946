"""A data key that is deleted past the desk: the verification of the audit log names its client."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.audit.row_checks import first_broken_row
from accounts.audit.verification import RowsBroken, walk_rows
from creditdesk.models import Client, Erasure

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost() -> Client:
    """A client whose key was deleted by SQL, between two others."""
    clients = [Client.objects.create(name=name) for name in ("Zoé Lefèvre", "Ada Kowalczyk", "")]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM creditdesk_datakey WHERE client_id = %s", [clients[1].pk])
    return clients[1]


def test_a_client_whose_key_was_deleted_past_the_desk_is_named(lost):
    named = f"row {lost.pk} of creditdesk_client: its data key was removed without an erasure on record"
    with pytest.raises(RowsBroken) as broken:
        walk_rows()
    assert str(broken.value) == named
    with pytest.raises(CommandError, match=named):
        call_command("verify_audit", stdout=StringIO())


def test_an_erasure_that_is_written_past_the_desk_hides_no_deleted_key(lost):
    erasure = Erasure.objects.create(client=lost, key_number=1)
    with pytest.raises(RowsBroken, match=f"row {erasure.pk} of creditdesk_erasure: it was inserted"):
        walk_rows()


def test_all_clients_are_looked_at_in_one_query_and_a_desk_without_any_is_whole(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert first_broken_row() is None
    for number in range(3):
        Client.objects.create(name=f"Client {number}")
    with django_assert_num_queries(1):
        assert first_broken_row() is None
    walk_rows()
