"""The role that serves adds to what only grows, and neither changes nor takes down what guards it."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.audit import Action, record
from accounts.database_role import ADD, CHANGE, READ, WORK, grant_to

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'"),
]
ROLE = "desk_serving"


def as_owner(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def serving() -> Iterator[object]:
    """A connection of its own, signed in as the runtime role."""
    import psycopg

    as_owner(f"CREATE ROLE {ROLE} LOGIN")
    try:
        grant_to(ROLE, connection)
        with transaction.atomic():
            record(action=Action.NOTE, actor=None)
        place = connection.get_connection_params()
        with psycopg.connect(
            host=place["host"], port=place["port"], dbname=place["dbname"], user=ROLE, autocommit=True
        ) as signed_in:
            yield signed_in
    finally:
        as_owner(f"DROP OWNED BY {ROLE}", f"DROP ROLE {ROLE}", "GRANT CREATE ON SCHEMA public TO PUBLIC")


REFUSED = (
    "UPDATE accounts_auditevent SET actor = 'nobody'",
    "DELETE FROM accounts_auditevent",
    "TRUNCATE accounts_auditevent",
    "TRUNCATE creditdesk_decision CASCADE",
    "DELETE FROM creditdesk_decision",
    "DELETE FROM accounts_audithead",
    "UPDATE creditdesk_letter SET case_id = case_id",
    "UPDATE creditdesk_assessment SET probability = 0",
    "DELETE FROM scoring_suspension",
    "DELETE FROM django_migrations",
    "DROP TRIGGER accounts_auditevent_no_update ON accounts_auditevent",
    "DROP TRIGGER creditdesk_decision_no_rewrite ON creditdesk_decision",
    "ALTER TABLE accounts_auditevent DISABLE TRIGGER ALL",
    "ALTER TABLE creditdesk_decision DROP CONSTRAINT final_has_checker",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP TABLE accounts_auditevent CASCADE",
    "CREATE TABLE public.hidden (id int)",
    "SET session_replication_role = replica",
    "SET ROLE creditdesk",
    "COPY accounts_auditevent TO PROGRAM 'cat'",
    "COPY accounts_auditevent FROM PROGRAM 'id'",
    "COPY accounts_auditevent TO '/tmp/events'",
    "CREATE EXTENSION dblink",
    "CREATE ROLE another SUPERUSER",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_the_runtime_role_is_refused(serving, statement):
    import psycopg

    with pytest.raises(psycopg.Error) as refusal:
        serving.execute(statement)
    assert any(
        word in str(refusal.value) for word in ("permission denied", "must be owner", "must be superuser")
    )


def test_the_runtime_role_reads_and_adds(serving):
    (actor,) = serving.execute("SELECT actor FROM accounts_auditevent").fetchone()
    assert actor == ""
    serving.execute("UPDATE accounts_audithead SET sequence = sequence")
    (granted,) = serving.execute("SELECT has_table_privilege('creditdesk_note', 'INSERT')").fetchone()
    assert granted


def test_the_rights_follow_the_triggers(serving):
    rights = grant_to(ROLE, connection)
    for table, granted in {
        "django_migrations": READ,
        "accounts_auditevent": ADD,
        "creditdesk_letter": ADD,
        "creditdesk_decision": CHANGE,
        "accounts_audithead": CHANGE,
        "django_session": WORK,
    }.items():
        assert rights[table] == granted


def test_a_superuser_an_owner_and_nobody_are_refused_as_runtime_role(settings):
    for role, why in {
        "creditdesk": "is a superuser",
        "pg_monitor_nobody": "there is no database role",
    }.items():
        settings.DATABASE_RUNTIME_ROLE = role
        with pytest.raises(CommandError, match=why):
            call_command("prepare_database", verbosity=0)
    as_owner(f"CREATE ROLE {ROLE} LOGIN", f"GRANT pg_execute_server_program TO {ROLE}")
    try:
        settings.DATABASE_RUNTIME_ROLE = ROLE
        with pytest.raises(CommandError, match="belongs to, pg_execute_server_program"):
            call_command("prepare_database", verbosity=0)
    finally:
        as_owner(f"DROP ROLE {ROLE}")
