"""Every act seals its rows in the audit log: what is changed, removed or made past the desk is named."""

import re
from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit import Action, coverage
from accounts.audit.verification import BrokenAt, RowsBroken, walk_rows
from accounts.models import AuditEvent, User
from accounts.sealed_rows import SEALED_TABLES
from creditdesk import services
from creditdesk.models import Assessment, Case, Decision, Note
from scoring import services as scoring_services
from tests.factories import proposed
from tests.triggers import REFUSED, triggers_off

pytestmark = pytest.mark.django_db
STATEMENT = "I have repaid that loan."
REASON = "The drill of this quarter, all in order."


@pytest.fixture
def desk(person, model_in_use, case_of, settings) -> None:
    """Every kind of sealed row, written by the services; the people first."""
    settings.SECOND_PERSON_ABOVE = 100_000.0
    advisor, manager, admin = person("advisor"), person("manager"), person("admin")
    with transaction.atomic():
        coverage.seal_again(["accounts_user"])
    case = case_of("advisor")
    assessment = services.assess(case=case, by=advisor)
    services.add_note(case=case, text="Called the client.", by=advisor)
    services.record_note_readings(cases=Case.objects.filter(pk=case.pk), by=manager)
    services.claim(case=case, by=advisor)
    escalation = services.escalate(case=case, reason="May I count the new salary?", by=advisor)
    services.answer_escalation(escalation=escalation, answer="Yes, with the contract.", by=manager)
    decision = services.decide(
        case=case,
        assessment=assessment,
        outcome="refuse",
        by=advisor,
        reason_code="documents",
        reason="The payslips are missing.",
    )
    services.save_letter(
        decision=decision, kind="letter", language="fr", template_version="1", text="Madame,", by=advisor
    )
    contest = services.contest(
        case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=advisor
    )
    services.review(contest=contest, outcome="upheld", justification="Not in the file.", by=manager)
    waiting = case_of("advisor")
    services.snooze(
        case=waiting, until_on=timezone.localdate() + timedelta(days=5), reason="The payslips.", by=advisor
    )
    services.end_snooze(case=waiting, by=advisor)
    services.assign(case=waiting, to=manager, by=manager)
    today = timezone.localdate()
    absence = services.record_absence(person=advisor, from_on=today, until_on=today, deputy=None, by=advisor)
    services.cancel_absence(absence=absence, by=manager)
    scoring_services.suspend(reason=REASON, by=admin)
    scoring_services.resume(reason=REASON, by=admin)


def by_hand(statement: str) -> None:
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute(statement)


def broken_row() -> str:
    with pytest.raises(RowsBroken) as broken:
        walk_rows()
    return str(broken.value)


def test_everything_that_the_desk_wrote_is_as_sealed(desk):
    rows, walk = walk_rows()
    assert rows.checked == sum(_count(table) for table in SEALED_TABLES)
    assert rows.checked > 12
    assert walk.sequence == AuditEvent.objects.count()


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("creditdesk_decision", "outcome = 'accept'"),
        ("creditdesk_decision", "status = 'replaced'"),
        ("creditdesk_note", "text = 'Never called.'"),
        ("creditdesk_assessment", "probability = 0.01"),
        ("creditdesk_assessment", "inputs = '{}'"),
        ("creditdesk_letter", "text = 'Monsieur,'"),
        ("creditdesk_claim", "released_at = NULL, released_by_id = NULL"),
        ("creditdesk_contest", "words = 'I agree.'"),
        ("creditdesk_contest", "grounds = 'It is in the file.'"),
        ("creditdesk_escalation", "answer = 'No.'"),
        ("scoring_activation", "reason = 'Because.'"),
        ("scoring_suspension", "reason = 'Another reason.'"),
        ("accounts_user", "role = 'admin'"),
    ],
)
def test_a_changed_row_is_named(desk, table, change):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(id) FROM {table}")
        (row,) = cursor.fetchone()
    by_hand(f"UPDATE {table} SET {change} WHERE id = {row}")
    assert broken_row().startswith(f"row {row} of {table}: it was changed since event ")


@pytest.mark.parametrize("table", ["creditdesk_note", "scoring_suspension", "creditdesk_letter"])
def test_a_removed_row_is_named(desk, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {table}")
        (row,) = cursor.fetchone()
    # A note may have been read: whoever removes it past the desk removes that too.
    by_hand(f"DELETE FROM creditdesk_notereading WHERE note_id = {row}")
    by_hand(f"DELETE FROM {table} WHERE id = {row}")
    assert broken_row().startswith(f"row {row} of {table}: it was removed since event ")


def test_a_kill_switch_inserted_past_the_desk_is_named(desk, person):
    by_hand(
        "INSERT INTO scoring_suspension (suspends, reason, by_id, at)"
        f" SELECT suspends, 'x', {person('admin').pk}, at FROM scoring_suspension LIMIT 1"
    )
    assert "of scoring_suspension: it was inserted without an event" in broken_row()


def test_a_role_raised_by_sql_is_named_by_the_command(desk):
    advisor = User.objects.get(username="advisor")
    by_hand(f"UPDATE accounts_user SET role = 'admin' WHERE id = {advisor.pk}")
    _anchor_the_end()
    with pytest.raises(CommandError, match=f"row {advisor.pk} of accounts_user: it was changed since event "):
        call_command("verify_audit", stdout=StringIO())


def _anchor_the_end() -> None:
    from accounts.audit.anchor import Anchor

    newest = AuditEvent.objects.order_by("-sequence").first()
    assert newest
    Anchor(newest.sequence, newest.own_hash).write()


def test_a_checked_decision_is_sealed_anew_with_its_check(desk, case_of, person, settings):
    case = case_of("advisor")
    services.assess(case=case, by=person("advisor"))
    decision = proposed(Assessment.objects.filter(case=case).get(), person("advisor"))
    if decision.status == Decision.Status.PROPOSED:
        services.check_decision(
            decision=decision, approve=True, reason="Surety checked.", by=person("manager")
        )
    walk_rows()
    sealed = AuditEvent.objects.filter(action__in=["decision_check", "override", "decision"]).order_by(
        "-sequence"
    )
    newest = sealed.first()
    assert newest
    assert str(decision.pk) in newest.details["rows"]["creditdesk_decision"]


def test_no_digest_gives_the_words_away(desk, settings):
    """Keyed: the same words under another key have another digest."""
    from accounts.audit.row_digests import digests_of

    note = Note.objects.get()
    keys = {"creditdesk_note": [note.pk]}
    assert digests_of(keys, "a") != digests_of(keys, "b")
    event = AuditEvent.objects.get(action="note")
    assert event.details["rows"] == digests_of(keys, settings.AUDIT_KEY)


def test_a_new_column_that_is_empty_does_not_change_a_digest():
    from accounts.audit.row_digests import canonical

    before = canonical(["id", "text"], [7, "words"])
    assert canonical(["id", "text", "a", "b", "c", "d"], [7, "words", None, "", False, "{}"]) == before
    assert canonical(["id", "text", "a"], [7, "words", 0.0]) != before
    assert canonical(["id", "text"], [7, "Words"]) != before


def test_rows_of_an_earlier_release_are_sealed_once_and_never_again(case_of, person):
    with transaction.atomic():
        from accounts.audit import record

        record(action=Action.NOTE, actor=person("advisor"))
    note = Note.objects.create(
        case=case_of("advisor"), text="Of an earlier release.", author=person("advisor")
    )
    coverage.begin_coverage()
    rows, _ = walk_rows()
    assert rows.covered_from == 2
    forged = Note.objects.create(case=note.case, text="Past the desk.", author=note.author)
    coverage.begin_coverage()
    assert f"row {forged.pk} of creditdesk_note: it was inserted without an event" in broken_row()
    with transaction.atomic():
        services.add_note(case=note.case, text="Of this release.", by=person("advisor"))
        coverage.seal_again(["creditdesk_note"], action=Action.ROWS_COVERED)
    with pytest.raises(BrokenAt, match="a second time"):
        walk_rows()


def test_a_new_desk_needs_no_beginning(db):
    coverage.begin_coverage()
    assert not AuditEvent.objects.exists()


def refused(statement: str) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE creditdesk_note SET text = 'x'",
        "DELETE FROM creditdesk_note",
        "UPDATE creditdesk_decision SET outcome = 'accept'",
        "UPDATE creditdesk_decision SET reason = 'x'",
        "UPDATE creditdesk_decision SET needs_checker = NOT needs_checker",
        "DELETE FROM creditdesk_decision",
        "UPDATE creditdesk_contest SET words = 'x'",
        "UPDATE creditdesk_contest SET separate_reviewer = NOT separate_reviewer",
        "UPDATE creditdesk_escalation SET reason = 'x'",
        "UPDATE creditdesk_escalation SET answer = 'x'",
        "UPDATE creditdesk_claim SET held_by_id = 0",
        "UPDATE creditdesk_letter SET text = 'x'",
        "UPDATE creditdesk_assessment SET probability = 0",
        "UPDATE scoring_activation SET reason = 'x'",
        "UPDATE scoring_suspension SET reason = 'x'",
        "DELETE FROM scoring_suspension",
    ],
)
def test_the_database_refuses_what_must_not_change(desk, statement):
    assert re.search(REFUSED, refused(statement))
    walk_rows()


@pytest.mark.parametrize("key", [0, -1])
def test_a_row_with_a_key_that_the_desk_never_gives_is_named(desk, key):
    """An administrator by SQL, in front of every row that the desk wrote."""
    columns = [field.column for field in User._meta.concrete_fields if field.column not in ("id", "username")]
    by_hand(
        f"INSERT INTO accounts_user (id, username, {', '.join(columns)})"
        f" SELECT {key}, 'nobody', {', '.join(columns)} FROM accounts_user WHERE username = 'admin'"
    )
    assert broken_row() == f"row {key} of accounts_user: it was inserted without an event"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses a value of another type")
@pytest.mark.parametrize(
    ("table", "change"),
    [
        # Python reads both as false; a condition in SQL takes the second for true.
        ("accounts_user", "is_superuser = 2"),
        # The digest covers the SHA-256 of bytes: its text in their place destroys them.
        ("creditdesk_assessment", "packed_inputs = '{sha256}'"),
    ],
)
def test_a_value_of_another_type_is_named(desk, table, change):
    assessment = Assessment.objects.earliest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SELECT packed_inputs FROM creditdesk_assessment WHERE id = %s", [assessment.pk])
        (packed,) = cursor.fetchone()
    row = assessment.pk if table == "creditdesk_assessment" else User.objects.get(username="advisor").pk
    walk_rows()
    by_hand(f"UPDATE {table} SET {change.format(sha256=sha256(packed).hexdigest())} WHERE id = {row}")
    assert broken_row().startswith(f"row {row} of {table}: it was changed since event ")
