"""Letters as stored documents: written once, never changed, read by whom the case is theirs."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.letters import write
from creditdesk.models import Case, Letter
from tests.creditdesk.letters.refusals import get, refused
from tests.factories import assessed, decided
from tests.triggers import REFUSED

pytestmark = pytest.mark.django_db


def test_the_same_letter_again_is_the_same_file_and_one_row(client_as, case):
    browser = client_as("advisor")
    first = get(browser, case, language="en").content
    Case.objects.filter(pk=case.pk).update(amount_credit=1)
    case.client.name = "Somebody Else"
    case.client.save()
    assert get(browser, case, language="en").content == first
    letter = Letter.objects.get()
    assert letter.digest == hashlib.sha256(letter.text.encode()).hexdigest()
    event = AuditEvent.objects.get(action="letter")
    assert (event.target, event.details["digest"]) == (case.reference, letter.digest)
    assert "Zoé" not in str(event.details)


def test_a_changed_template_makes_a_new_letter_and_the_old_one_stays(client_as, case, monkeypatch):
    browser = client_as("advisor")
    old = get(browser, case, language="en").content
    monkeypatch.setattr(write, "template_version", lambda template, language: "another")
    get(browser, case, language="en")
    first, second = Letter.objects.order_by("pk")
    assert (first.template_version == "another", second.template_version) == (False, "another")
    assert get(browser, case, letter=first.pk).content == old


def test_the_database_refuses_to_change_a_letter(client_as, case, person):
    get(client_as("advisor"), case, language="en")
    for statement in ("UPDATE creditdesk_letter SET text = 'x'", "DELETE FROM creditdesk_letter"):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            connection.cursor().execute(statement)
    letter = Letter.objects.get()
    assert letter.is_as_written
    letter.pk = None
    letter._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        letter.save()


@pytest.mark.parametrize("page", ["case_letter", "case_explanation"])
@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (None, None, "This case is not decided"),
        ("refer", "final", "This case is not decided"),
        ("accept", "proposed", "waits for a second person"),
    ],
)
def test_without_a_final_decision_a_page_gives_the_reason(client_as, case_of, page, outcome, status, reason):
    case = assessed(case_of("advisor"))
    if outcome:
        decided(case, outcome, status)
    answer = get(client_as("advisor"), case, page)
    assert answer.status_code == 409
    assert reason in answer.content.decode()
    assert not Letter.objects.exists()


def test_an_auditor_reads_letters_and_writes_none(client_as, case, person):
    answer = get(client_as("auditor"), case, language="en")
    assert answer.status_code == 409
    assert not Letter.objects.exists()
    written = get(client_as("advisor"), case, language="en").content
    assert get(client_as("auditor"), case, language="en").content == written
    with pytest.raises(PermissionDenied):
        services.save_letter(
            decision=case.decisions.get(), kind="letter", language="en",
            template_version="1", text="x", by=person("auditor"),
        )  # fmt: skip


def test_the_letter_of_another_case_does_not_exist(client_as, case, case_of):
    get(client_as("advisor"), case, language="en")
    another_case = refused(case_of("advisor"))
    letter = Letter.objects.get()
    for answer in (
        get(client_as("advisor"), another_case, letter=letter.pk),
        get(client_as("colleague"), case),
    ):
        assert answer.status_code == 404
        assert not answer.content.startswith(b"%PDF-")
    assert list(Letter.objects.all()) == [letter]


def test_after_a_contest_the_letter_is_about_the_new_decision(client_as, case, person):
    browser = client_as("advisor")
    refusal = get(browser, case, language="en").content
    contest = services.contest(
        case=case,
        client_statement="I have repaid it.",
        received_on=timezone.localdate(),
        by=person("advisor"),
    )
    services.review(
        contest=contest, outcome="changed", reason_code="data", justification="The certificate is genuine.",
        by=person("manager"),
    )  # fmt: skip
    assert get(browser, case, language="en").content != refusal
    assert "is accepted" in Letter.objects.order_by("-pk")[0].text
    assert get(browser, case, letter=Letter.objects.order_by("pk")[0].pk).content == refusal
