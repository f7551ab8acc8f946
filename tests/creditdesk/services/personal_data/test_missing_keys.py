"""A data key that is deleted past the desk: the verification of the audit log names whose words are lost."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.audit.row_checks import first_broken_row
from accounts.audit.verification import RowsBroken, walk_rows
from creditdesk.models import Assessment, Client, DataKey, Erasure
from creditdesk.services.personal_data.retention import apply_retention

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


def test_all_keys_are_looked_at_in_few_queries_and_a_desk_without_any_is_whole(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert first_broken_row() is None
    for number in range(3):
        Client.objects.create(name=f"Client {number}")
        _application()
    with django_assert_num_queries(3):
        assert first_broken_row() is None


@pytest.mark.parametrize("columns", [{"features": b"12345678"}, {"packed_inputs": b"12345678"}])
def test_an_application_of_no_client_whose_day_lost_its_key_past_the_desk_is_named(columns):
    lost = _application(**columns)
    _application(**columns)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM creditdesk_datakey WHERE day IS NOT NULL")
    _application(**columns)
    broken = first_broken_row()
    assert broken is not None
    assert (broken.table, broken.pk) == ("creditdesk_assessment", lost.pk)
    assert broken.what == "its data key was removed without an erasure on record"


def test_a_day_that_retention_erased_is_whole(settings):
    _application(features=b"12345678")
    day = timezone.localdate() - timedelta(days=settings.RETENTION_DAYS["applications"] + 1)
    DataKey.objects.filter(day__isnull=False).update(day=day.isoformat())
    apply_retention()
    assert not DataKey.objects.filter(day__isnull=False).exists()
    assert first_broken_row() is None


def _application(**columns: bytes) -> Assessment:
    return Assessment.objects.create(
        profile_digest="0" * 64,
        inputs={"application": {"AMT_CREDIT": 1.0}},
        verdict="refer",
        refer_reason="x",
        **(columns or {"features": b"12345678"}),
    )
