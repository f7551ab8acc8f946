"""A note is its author's until another person reads it, and for ever after that; a mention notifies."""

from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import audit
from accounts.audit import coverage
from accounts.audit.verification import RowsBroken, walk_rows
from accounts.models import AuditEvent, User
from creditdesk import services
from creditdesk.cases.team import who_sees
from creditdesk.models import Case, Note, NoteReading, Notification
from creditdesk.services import ActRefused
from tests.factories import PEOPLE
from tests.html import HTMX
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(case_of, person) -> Note:
    return services.add_note(
        case=case_of("advisor"), text="The employer confirmed by telephone.", by=person("advisor")
    )


def history(browser, case):
    return browser.get(reverse("case_history", args=[case.reference]))


def test_the_author_changes_and_removes_a_note_that_nobody_has_read(client_as, model_in_use, note):
    browser, case = client_as("advisor"), note.case
    assert (
        reverse("case_note_change", args=[case.reference, note.pk]) in history(browser, case).content.decode()
    )
    answer = browser.post(
        reverse("case_note_change", args=[case.reference, note.pk]), {"text": "By letter."}, headers=HTMX
    )
    assert answer.status_code == 200
    note.refresh_from_db()
    assert note.text == "By letter."
    assert note.changed_at
    browser.post(reverse("case_note_remove", args=[case.reference, note.pk]), headers=HTMX)
    note.refresh_from_db()
    assert note.text == ""
    assert note.removed_at
    page = history(client_as("manager"), case).content.decode()
    assert "By letter" not in page
    assert "Note removed before anybody else had read it" in page
    actions = list(AuditEvent.objects.filter(action__startswith="note").values_list("action", flat=True))
    actions.reverse()
    assert actions == ["note", "note_changed", "note_removed"]
    assert not audit.verify()


def test_once_another_person_has_opened_the_history_the_note_stays_as_it_is(client_as, model_in_use, note):
    case, author = note.case, client_as("advisor")
    history(author, case)
    client_as("manager").get(case.get_absolute_url())
    assert not NoteReading.objects.exists()
    history(client_as("manager"), case)
    history(client_as("auditor"), case)
    reading = NoteReading.objects.get()
    assert reading.read_by
    assert (reading.note, reading.read_by.username) == (note, "manager")
    event = AuditEvent.objects.get(action="note_read")
    change = {"previous": "unread", "new": "read"}
    assert (event.actor, event.details) == ("manager", {"notes": [note.pk], **change})
    for act in ("case_note_change", "case_note_remove"):
        answer = author.post(reverse(act, args=[case.reference, note.pk]), {"text": "Never."}, headers=HTMX)
        assert answer.status_code == 409
        assert "manager has read this note" in answer.content.decode()
    note.refresh_from_db()
    assert note.text == "The employer confirmed by telephone."
    assert (
        reverse("case_note_change", args=[case.reference, note.pk])
        not in history(author, case).content.decode()
    )


def test_an_export_of_its_words_is_a_reading(client_as, note):
    b"".join(client_as("manager").get(reverse("case_export")).streaming_content)
    assert NoteReading.objects.get().note == note


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE creditdesk_note SET text = 'x'",
        "UPDATE creditdesk_note SET removed_at = created_at, text = ''",
        "DELETE FROM creditdesk_note",
        "UPDATE creditdesk_notereading SET read_by_id = NULL",
        "DELETE FROM creditdesk_notereading",
    ],
)
def test_the_database_refuses_to_change_a_note_that_was_read(note, person, change):
    services.record_note_readings(cases=Case.objects.all(), by=person("manager"))
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.parametrize("column", ["author_id = author_id + 1", "case_id = 0", "created_at = '2020-01-01'"])
def test_nobody_rewrites_who_wrote_an_unread_note_and_when(note, column):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE creditdesk_note SET {column}")


def test_a_change_past_the_desk_is_seen(note):
    with transaction.atomic():
        coverage.seal_again(["accounts_user"])
    walk_rows()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE creditdesk_note SET text = 'Forged while nobody had read it.'")
    with pytest.raises(RowsBroken, match="creditdesk_note"):
        walk_rows()


def test_another_persons_note_is_not_theirs_to_change(client_as, note, person):
    case = note.case
    with pytest.raises(PermissionDenied):
        services.change_note(note=note, text="x", by=person("manager"))
    for act in ("case_note_change", "case_note_remove"):
        address = reverse(act, args=[case.reference, note.pk])
        assert client_as("manager").post(address, {"text": "x"}).status_code == 404
    with pytest.raises(ActRefused, match="has words"):
        services.change_note(note=note, text="  ", by=person("advisor"))


def test_a_mention_notifies_who_sees_the_case_and_names_who_does_not(
    client_as, model_in_use, case_of, person
):
    case, colleague = case_of("advisor"), person("colleague")
    person("manager")
    answer = client_as("advisor").post(
        reverse("case_notes", args=[case.reference]),
        {"text": "@Manager please look, (@colleague) knows; write to a.b@advisor.fr. @nobody."},
        headers=HTMX,
    )
    notified = Notification.objects.filter(kind="mentioned")
    assert [row.recipient.username for row in notified] == ["manager"]
    text = answer.content.decode()
    assert "cannot see this case: @colleague, @nobody" in text
    assert not Notification.objects.filter(recipient=colleague).exists()


def test_a_changed_note_notifies_only_who_is_new_in_it(case_of, person):
    case = case_of("advisor")
    person("manager"), person("auditor")
    note = services.add_note(case=case, text="@manager look", by=person("advisor"))
    services.change_note(note=note, text="@manager and @auditor look", by=person("advisor"))
    notified = Notification.objects.order_by("pk").values_list("recipient__username", flat=True)
    assert list(notified) == ["manager", "auditor"]


def test_names_are_offered_of_exactly_who_sees_the_case(case_of, person):
    everybody = [person(name) for name in PEOPLE]
    shared, referred = case_of("advisor"), case_of("advisor")
    services.share(case=shared, by=person("advisor"))
    services.assign(case=referred, to=person("colleague"), by=person("manager"))
    User.objects.filter(username="auditor").update(is_active=False)
    for case, user in product(Case.objects.all(), User.objects.all()):
        sees = user.is_active and Case.objects.visible_to(user).filter(pk=case.pk).exists()
        assert (user in who_sees(case)) == sees, (user, case.advisor, case.shared_at)
    assert len(everybody) == 6
