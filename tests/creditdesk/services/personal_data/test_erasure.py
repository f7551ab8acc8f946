"""Erasing a client by two people: the words are gone, evidence and figures stay as they were."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.audit import Action, coverage
from accounts.audit.verification import walk_rows
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.export import DIALECTS, case_histories
from creditdesk.cases.queues import EVERY_CASE, QUEUES, queue_of
from creditdesk.cases.search import matching
from creditdesk.encryption import keyring
from creditdesk.letters.document_request import ask_for_documents
from creditdesk.letters.write import letter_on
from creditdesk.models import Case, DataKey, Decision, Erasure, Note
from creditdesk.pages.portfolio.counts import ContestCounts
from creditdesk.services.personal_data.erasure import ErasureRefused, erase_client
from creditdesk.services.refusal import ActRefused
from tests.creditdesk.views.role_tables import CASES
from tests.factories import assessed, attached, decided

pytestmark = pytest.mark.django_db

NAME = "Zoé Lefèvre-Kowalczyk"
NOTE = "Zoé Lefèvre-Kowalczyk brings the payslips on Monday."
STATEMENT = "I, Lefèvre-Kowalczyk, have repaid that loan."


@pytest.fixture
def case(person, model_in_use, case_of) -> Case:
    """A decided and contested case with a note, a letter and a scenario."""
    advisor, manager = person("advisor"), person("manager")
    person("admin")
    with transaction.atomic():
        coverage.seal_again(["accounts_user"])
    case = case_of("advisor", name=NAME)
    assessment = services.assess(case=case, by=advisor)
    services.add_note(case=case, text=NOTE, by=advisor)
    document = attached(case, f"%PDF-1.4 {NAME}".encode(), name=f"{NAME}.pdf")
    services.remove_document(document=document, reason="Lefèvre-Kowalczyk sent another one.", by=advisor)
    attached(case, f"%PDF-1.4 {NAME}, second".encode(), name=f"{NAME} 2.pdf")
    ask_for_documents(case=case, kinds=["payslip"], language="fr", by=advisor)
    services.decide(
        case=case,
        assessment=assessment,
        outcome="refuse",
        by=advisor,
        reason_code="documents",
        reason="Lefèvre-Kowalczyk sent no payslips.",
    )
    letter_on(case, "letter", "fr", by=advisor)
    contest = services.contest(
        case=case, client_statement=STATEMENT, received_on=timezone.localdate(), by=advisor
    )
    services.review(contest=contest, outcome="upheld", justification="Not in the file.", by=manager)
    return case


def erase(case: Case, person, by: str = "manager", approved_by: str = "admin"):
    with TestCase.captureOnCommitCallbacks(execute=True):
        return erase_client(client=case.client, by=person(by), approved_by=person(approved_by))


def stored_content() -> str:
    """Everything that the tables of the desk hold, as text."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("creditdesk_")]
    with connection.cursor() as cursor:
        content = []
        for table in [*tables, "accounts_auditevent"]:
            cursor.execute(f"SELECT * FROM {table}")
            content += [
                bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)
                for row in cursor.fetchall()
                for cell in row
            ]
    return "\n".join(content)


def test_an_erased_client_has_no_name_note_letter_or_input_left(case, person):
    erase(case, person)
    content = stored_content().casefold()
    assert [word for word in ("lefèvre", "lefevre", "kowalczyk", "amt_income_total") if word in content] == []
    read = Case.objects.get()
    assert read.client.name == Note.objects.get().text == Decision.objects.get().reason == "erased"
    assert read.letters.get().text == read.document_requests.get().text == "erased"
    files = {(document.name, bytes(document.content)) for document in read.documents.all()}
    assert files == {("erased", b"")}
    assert read.contests.get().client_statement == "erased"
    assessment = read.assessments.get()
    assert (read.profile.packed_inputs, assessment.packed_inputs, assessment.inputs) == (b"", b"", {})


def test_chain_and_row_digests_stay_valid(case, person):
    walk_rows()
    erase(case, person)
    rows, walk = walk_rows()
    assert (rows.checked > 0, walk.sequence) == (True, AuditEvent.objects.count())


def test_figures_stay_as_they_were(case, person):
    def figures():
        probability, verdict = Case.objects.values_list(
            "latest_assessment__probability", "latest_assessment__verdict"
        ).get()
        outcomes = list(Decision.objects.values_list("outcome", "status", "is_override", "reason_code"))
        return probability, verdict, outcomes, Case.objects.values_list("amount_credit", flat=True).get()

    before = figures()
    erase(case, person)
    assert figures() == before


def test_the_log_says_who_erased_what_without_a_word_of_the_client(case, person):
    proof = erase(case, person)
    event = AuditEvent.objects.get(action=Action.CLIENT_ERASED)
    assert (event.actor, event.target) == ("manager", case.reference)
    assert event.details["approved_by"] == "admin"
    assert event.details["erased"] == proof.plan.rows
    assert {kind for kind, count in proof.plan.rows.items() if count} >= {
        "name",
        "profiles",
        "assessments",
        "decisions",
        "notes",
        "letters",
        "documents",
        "letters asking for documents",
        "contests",
    }
    erasure = Erasure.objects.get()
    assert str(erasure.pk) in event.details["rows"]["creditdesk_erasure"]
    assert not DataKey.objects.filter(number=erasure.key_number).exists()


@pytest.mark.parametrize(
    ("by", "approved_by", "refusal"),
    [
        ("manager", "manager", ErasureRefused),
        ("advisor", "admin", PermissionDenied),
        ("manager", "auditor", PermissionDenied),
        ("analyst", "admin", PermissionDenied),
    ],
)
def test_erasing_takes_two_people_who_may(case, person, by, approved_by, refusal):
    with pytest.raises(refusal):
        erase(case, person, by, approved_by)
    assert Case.objects.get().client.name == NAME
    assert not Erasure.objects.exists()


def test_the_database_itself_refuses_one_person(case, person):
    with pytest.raises(IntegrityError, match="erasure_takes_two_people"):
        Erasure.objects.create(
            client=case.client, key_number=1, by=person("admin"), approved_by=person("admin")
        )


def test_an_erased_client_waits_in_no_queue(case_of, person):
    """A proposal nobody can check, a contest nobody can answer, a claim that nobody can release."""
    advisor, manager = person("advisor"), person("manager")
    proposal = decided(case_of("advisor"), status="proposed", override=True)
    contested = decided(assessed(case_of("advisor"), 0.3, "refuse"), "refuse")
    today = timezone.localdate()
    services.contest(case=contested, client_statement=STATEMENT, received_on=today, by=advisor)
    claimed = case_of("advisor")
    services.claim(case=claimed, by=advisor)
    assert set(Case.objects.to_decide_by(manager)) == {proposal, contested}
    for case in (proposal, contested, claimed):
        erase(case, person)
    for queue, _label in QUEUES:
        for reader in (advisor, manager):
            left = queue_of(Case.objects.visible_to(reader), queue, reader)
            assert queue == EVERY_CASE or not left.exists(), (queue, reader)
    counts = ContestCounts.of(Case.objects.all())
    assert (counts.waiting, counts.late, Case.objects.waiting().count()) == (0, 0, 0)


def test_a_client_is_erased_once(case, person):
    erase(case, person)
    with pytest.raises(ErasureRefused, match="were erased on"):
        erase(case, person)
    assert Erasure.objects.count() == 1


def test_an_erased_client_is_not_found_by_name(case, person):
    assert matching(Case.objects.all(), "kowalczyk").exists()
    erase(case, person)
    assert not matching(Case.objects.all(), "kowalczyk").exists()
    assert list(matching(Case.objects.all(), case.reference)) == [case]


def test_nobody_adds_to_an_erased_case(case, person):
    erase(case, person)
    with pytest.raises(ActRefused, match="were erased"):
        services.claim(case=Case.objects.get(), by=person("advisor"))


@pytest.mark.parametrize(("language", "words"), [("en", "erased"), ("fr", "effacé")])
def test_every_page_of_an_erased_case_says_so(case, person, client_as, language, words):
    erase(case, person)
    manager = client_as("manager")
    for page, method in sorted(CASES):
        numbers = {
            "case_correct_history": ["bureau"],
            "case_note_change": [case.notes.get().pk],
            "case_note_remove": [case.notes.get().pk],
            "case_past": [case.latest_assessment_id],
            "document_file": [case.documents.get(removed_at=None).pk],
            "document_remove": [case.documents.get(removed_at=None).pk],
            "document_request_letter": [case.document_requests.get().pk],
        }.get(page, [])
        address = reverse(page, args=[case.reference, *numbers])
        response = getattr(manager, method)(address, headers={"Accept-Language": language})
        assert (page, response.status_code) == (page, 410)
        assert words in response.content.decode()
        assert "Kowalczyk" not in response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "erased"), ("fr", "effacé")])
def test_the_page_of_an_erased_case_names_who_erased_it_and_what_remains(
    case, person, client_as, language, words
):
    erase(case, person)
    page = client_as("advisor").get(case.get_absolute_url(), headers={"Accept-Language": language})
    text = page.content.decode()
    assert "manager" in text
    assert "admin" in text
    assert case.decisions.get().get_outcome_display() in text or language == "fr"


def test_list_and_export_still_hold_the_erased_case(case, person, client_as):
    erase(case, person)
    page = client_as("manager").get("/cases/?queue=all").content.decode()
    assert case.reference in page
    assert "Kowalczyk" not in page
    header, row = case_histories(Case.objects.all(), DIALECTS[""])
    assert row.startswith(f"{case.reference},erased,")
    assert "Kowalczyk" not in row
    assert row.count(",") == header.count(",")


def test_a_replay_names_erased_assessments_and_succeeds(case, person, capsys):
    erase(case, person)
    call_command("replay_assessments")
    output = capsys.readouterr().out
    assert "0 assessments replayed" in output
    assert "1 erased" in output


def test_a_replay_does_not_take_a_missing_key_for_an_erasure(case, capsys):
    DataKey.objects.filter(client=case.client).delete()
    keyring.forget()
    with pytest.raises(CommandError):
        call_command("replay_assessments")
    assert "its inputs cannot be read" in capsys.readouterr().err


def test_no_event_of_the_log_holds_a_word_of_a_client(case, client_as, person):
    browser = client_as("advisor")
    browser.get(case.get_absolute_url())
    browser.get("/cases/?q=kowalczyk")
    browser.post(reverse("case_simulate", args=[case.reference]), {"AMT_CREDIT": "123456"})
    events = json.dumps(list(AuditEvent.objects.values("target", "details")), default=str).casefold()
    assert AuditEvent.objects.count() > 5
    assert [word for word in ("zoé", "kowalczyk", "payslips", "123456", "repaid") if word in events] == []
