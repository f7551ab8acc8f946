"""API keys are sealed: one that was made, widened or brought back past the desk is named."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.api_keys.lifecycle import create_key, note_use, revoke_key, rotate_key
from accounts.audit import Action, coverage
from accounts.audit.verification import RowsBroken, walk_rows
from accounts.models import ApiKey, AuditEvent, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(person) -> ApiKey:
    owner = person("advisor")
    with transaction.atomic():
        coverage.seal_again([User._meta.db_table])
    return create_key(owner=owner, name="branch", by=owner, scopes=["predict"])[0]


def broken_row() -> str:
    with pytest.raises(RowsBroken) as broken:
        walk_rows()
    return str(broken.value)


def test_a_key_is_as_sealed_through_its_life(key):
    walk_rows()
    note_use(key)
    successor, _ = rotate_key(key=key, by=key.owner)
    revoke_key(key=successor, by=key.owner)
    walk_rows()
    assert ApiKey.objects.filter(last_used_at__isnull=False).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ["predict", "explain", "model"]},
        {"per_minute": 100_000},
        {"digest": "0" * 64},
        {"expires_at": timezone.now() + timedelta(days=9_000)},
    ],
)
def test_a_key_that_was_widened_past_the_desk_is_named(key, change):
    ApiKey.objects.filter(pk=key.pk).update(**change)
    assert broken_row().startswith(f"row {key.pk} of accounts_apikey: it was changed since event ")


def test_a_revoked_key_that_lives_again_is_named(key):
    revoke_key(key=key, by=key.owner)
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=None)
    assert broken_row().startswith(f"row {key.pk} of accounts_apikey: it was changed since event ")


def test_a_key_that_nobody_made_at_the_desk_is_named(key):
    forged = ApiKey.objects.get(pk=key.pk)
    forged.pk, forged.prefix, forged.digest = None, "ffffffff", "0" * 64
    forged.save()
    assert broken_row() == f"row {forged.pk} of accounts_apikey: it was inserted without an event"


def test_the_keys_of_an_earlier_release_are_sealed_by_the_update(key):
    """Until then they were in no event: the log of a desk that has others."""
    earlier = ApiKey.objects.get(pk=key.pk)
    earlier.pk, earlier.prefix, earlier.digest = None, "eeeeeeee", "1" * 64
    earlier.save()
    with transaction.atomic():
        coverage.begin_with([ApiKey._meta.db_table])
    walk_rows()
    newest = AuditEvent.objects.filter(action=Action.ROWS_REWRITTEN).first()
    assert newest
    assert str(earlier.pk) in newest.details["rows"]["accounts_apikey"]


def test_a_desk_whose_log_seals_no_row_yet_is_covered_after_the_update(person):
    with transaction.atomic():
        coverage.begin_with([User._meta.db_table, ApiKey._meta.db_table])
    assert not AuditEvent.objects.exists()


def test_a_migration_looks_at_the_rows_that_it_rewrites_alone(key):
    """A table that a later release seals has no seals yet when an earlier migration runs."""
    forged = ApiKey.objects.get(pk=key.pk)
    forged.pk, forged.prefix, forged.digest = None, "ffffffff", "0" * 64
    forged.save()
    coverage.verify_before_rewriting(["accounts_user"])
    with pytest.raises(RowsBroken):
        coverage.verify_before_rewriting(["accounts_apikey"])
