"""Migration of a sealed desk whose words are in the clear: verified, encrypted, sealed again."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts.audit import coverage
from accounts.audit.verification import RowsBroken, walk_rows
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.encryption import keyring
from creditdesk.models import Assessment, Client, DataKey, Decision, Note
from tests.triggers import REFUSED, triggers_off

pytestmark = pytest.mark.django_db

migration = import_module("creditdesk.migrations.0016_encrypt_words")
NAME, NOTE = "Zoé Lefèvre", "The payslips arrive on Monday."


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def earlier_desk(case_of, person, model_in_use) -> Assessment:
    """Rows in the clear, sealed as they are, as the release before stored them."""
    case = case_of("advisor", name=NAME)
    assessment = services.assess(case=case, by=person("advisor"))
    services.add_note(case=case, text=NOTE, by=person("advisor"))
    services.decide(case=case, assessment=assessment, outcome=assessment.verdict, by=person("advisor"))
    inputs = connection.ops.adapt_json_value(assessment.inputs, None)
    with triggers_off():
        execute("UPDATE creditdesk_client SET name = %s", NAME)
        execute("UPDATE creditdesk_note SET text = %s", NOTE)
        execute("UPDATE creditdesk_assessment SET inputs = %s, features = %s", inputs, assessment.features)
        execute("UPDATE creditdesk_assessment SET contributions = %s", assessment.contributions)
    DataKey.objects.all().delete()
    keyring.forget()
    with transaction.atomic():
        coverage.seal_again(["accounts_user", *(table.name for table in migration.OF_CASE)])
    return assessment


def migrate() -> None:
    editor = SimpleNamespace(
        connection=connection, execute=lambda statement, params=(): execute(statement, *(params or ()))
    )
    migration.encrypt_words(apps, editor)


def test_words_read_as_before_and_rows_are_sealed_again(earlier_desk, stored):
    migrate()
    assert (Client.objects.get().name, Note.objects.get().text) == (NAME, NOTE)
    after = Assessment.objects.get()
    assert (after.inputs, after.features, after.contributions) == (
        earlier_desk.inputs,
        earlier_desk.features,
        earlier_desk.contributions,
    )
    assert NOTE not in stored("creditdesk_note", "text")
    assert "AMT_INCOME_TOTAL" not in str(stored("creditdesk_assessment", "inputs"))
    walk_rows()
    assert AuditEvent.objects.filter(action="rows_rewritten").exists()


def test_a_row_that_was_changed_past_the_desk_stops_the_migration(earlier_desk):
    with triggers_off():
        execute("UPDATE creditdesk_note SET text = 'Something else.'")
    with pytest.raises(RowsBroken, match="creditdesk_note"):
        migrate()
    assert not DataKey.objects.exists()


def test_evidence_is_guarded_again_afterwards(earlier_desk):
    migrate()
    with pytest.raises(Exception, match=REFUSED), transaction.atomic():
        execute("UPDATE creditdesk_decision SET reason = 'x'")
    assert Decision.objects.count() == 1
