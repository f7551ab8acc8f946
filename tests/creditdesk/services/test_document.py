"""Documents of a case: attached, read by who sees the case, removed with a reason, requested by letter."""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.checks import documents_are_set_up
from creditdesk.documents.checklist import checklist
from creditdesk.letters.document_request import ask_for_documents
from creditdesk.models import Document, DocumentRequest
from creditdesk.services import ActRefused
from tests.creditdesk.documents.files import PAYSLIP, image, pdf
from tests.factories import attached

pytestmark = pytest.mark.django_db
REASON = "This is the payslip of another client."


@pytest.fixture
def case(case_of):
    return case_of("advisor")


def attach(browser, case, content=PAYSLIP, kind="payslip", name="march.pdf"):
    file = SimpleUploadedFile(name, content, "text/html")
    return browser.post(reverse("case_documents", args=[case.reference]), {"kind": kind, "file": file})


@pytest.fixture
def document(case) -> Document:
    return attached(case, PAYSLIP)


def stored_bytes() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, content FROM creditdesk_document")
        (name, content) = cursor.fetchone()
    return str(name).encode() + bytes(content)


def test_an_attached_file_is_stored_encrypted_and_recorded_without_its_name(client_as, model_in_use, case):
    assert attach(client_as("advisor"), case).status_code == 302
    stored = Document.objects.get()
    assert (bytes(stored.content), stored.name, stored.kind) == (PAYSLIP, "march.pdf", "payslip")
    assert (stored.content_type, stored.size) == ("application/pdf", len(PAYSLIP))
    assert not {b"%PDF-", b"march"} & {part for part in (b"%PDF-", b"march") if part in stored_bytes()}
    event = AuditEvent.objects.get(action="document_added")
    assert event.details["digest"] == stored.digest
    assert "march" not in str(event.details)
    assert not audit.verify()


def test_a_file_goes_only_to_who_may_see_the_case(client_as, model_in_use, case, document):
    address = reverse("document_file", args=[case.reference, document.pk])
    answer = client_as("advisor").get(address)
    assert answer.content == PAYSLIP
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert client_as("auditor").get(address).content == PAYSLIP
    assert client_as("colleague").get(address).status_code == 404
    assert client_as("analyst").get(address).status_code == 403


def test_a_refused_file_leaves_nothing_and_says_why(client_as, model_in_use, case):
    answer = attach(client_as("advisor"), case, pdf(script="app.alert(1)"))
    assert answer.status_code == 422
    assert "scripts, programs or other files" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_file_is_attached_once(client_as, model_in_use, case, document):
    answer = attach(client_as("advisor"), case, name="again.pdf")
    assert answer.status_code == 409
    assert Document.objects.count() == 1


def test_the_database_refuses_the_same_content_twice(case, document, person):
    again = Document(
        case=case, kind="tax", name="b.pdf", content=PAYSLIP, content_type="application/pdf",
        size=len(PAYSLIP), digest=document.digest, added_by=person("advisor"),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_a_case_holds_only_so_many(case, document, person, monkeypatch):
    monkeypatch.setattr("creditdesk.services.document.MAX_DOCUMENTS", 1)
    file: dict[str, Any] = {
        "name": "a.png",
        "content": image("PNG"),
        "content_type": "image/png",
        "kind": "other",
    }
    with pytest.raises(ActRefused, match="1 documents at most"):
        services.add_document(case=case, by=person("advisor"), **file)


def test_a_removed_document_has_no_content_but_keeps_its_row(client_as, model_in_use, case, document, person):
    browser = client_as("advisor")
    address = reverse("document_remove", args=[case.reference, document.pk])
    assert browser.post(address, {"reason": "short"}).status_code == 422
    assert browser.post(address, {"reason": REASON}).status_code == 302
    stored = Document.objects.get()
    assert (bytes(stored.content), stored.removal_reason) == (b"", REASON)
    assert stored.removed_by == person("advisor")
    assert browser.get(reverse("document_file", args=[case.reference, document.pk])).status_code == 404
    assert browser.post(address, {"reason": REASON}).status_code == 409
    assert REASON not in str(AuditEvent.objects.get(action="document_removed").details)
    assert not audit.verify()
    history = browser.get(f"{case.get_absolute_url()}history/").content.decode()
    assert "Document attached" in history
    assert REASON in history


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE creditdesk_document SET kind = 'tax'",
        "UPDATE creditdesk_document SET digest = 'x'",
        "DELETE FROM creditdesk_document",
    ],
)
def test_the_database_refuses_to_change_a_document(document, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_content_that_was_swapped_in_the_database_is_not_shown(
    client_as, model_in_use, case, document, person
):
    other = services.add_document(
        case=case,
        kind="tax",
        name="tax.png",
        content=image("PNG"),
        content_type="image/png",
        by=person("advisor"),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE creditdesk_document SET content ="
            " (SELECT content FROM creditdesk_document WHERE id = %s) WHERE id = %s",
            [other.pk, document.pk],
        )
    answer = client_as("advisor").get(reverse("document_file", args=[case.reference, document.pk]))
    assert answer.status_code == 409
    assert "was changed after it was added" in answer.content.decode()


def test_services_keep_to_the_row_scope_and_the_role(case, document, person):
    file: dict[str, Any] = {
        "name": "a.png",
        "content": image("PNG"),
        "content_type": "image/png",
        "kind": "other",
    }
    for name in ("colleague", "auditor"):
        with pytest.raises(PermissionDenied):
            services.add_document(case=case, by=person(name), **file)
        with pytest.raises(PermissionDenied):
            services.remove_document(document=document, reason=REASON, by=person(name))
        with pytest.raises(PermissionDenied):
            ask_for_documents(case=case, kinds=["tax"], language="fr", by=person(name))
    assert Document.objects.get().removed_at is None


def test_the_checklist_names_what_the_product_still_needs(settings, case, document):
    settings.REQUIRED_DOCUMENTS = [f"{case.contract_type}=identity+payslip"]
    assert [(item.kind, item.is_there) for item in checklist(case, ["payslip"])] == [
        ("identity", False),
        ("payslip", True),
    ]


@pytest.mark.parametrize("entry", ["Cash loans", "=identity", "Cash loans=passport", "Cash loans="])
def test_a_checklist_that_cannot_be_read_stops_the_desk(settings, entry):
    settings.REQUIRED_DOCUMENTS = [entry]
    (error,) = documents_are_set_up()
    assert "REQUIRED_DOCUMENTS" in error.msg
    with pytest.raises(SystemCheckError, match="REQUIRED_DOCUMENTS"):
        call_command("check")


@pytest.mark.parametrize("address", ["clamd", "clamd:", ":3310", "clamd:port"])
def test_a_scanner_without_an_address_stops_the_desk(settings, address):
    settings.CLAMD_ADDRESS = address
    (error,) = documents_are_set_up()
    assert "CLAMD_ADDRESS" in error.msg


@pytest.mark.parametrize(("language", "expected"), [("fr", "Avis d’imposition"), ("en", "Tax notice")])
def test_the_letter_asks_for_the_chosen_documents_in_its_language(
    client_as, model_in_use, case, language, expected
):
    browser = client_as("advisor")
    address = reverse("document_request", args=[case.reference])
    assert browser.post(address, {"kinds": ["tax"], "language": language}).status_code == 302
    letter = DocumentRequest.objects.get()
    assert expected in letter.text
    assert case.reference in letter.text
    answer = browser.get(reverse("document_request_letter", args=[case.reference, letter.pk]))
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 1
    assert expected.split()[0] in pages[0].extract_text()
    assert AuditEvent.objects.get(action="documents_requested").details["kinds"] == ["tax"]
    assert not audit.verify()


def test_a_letter_that_asks_for_nothing_is_not_written(client_as, model_in_use, case):
    answer = client_as("advisor").post(reverse("document_request", args=[case.reference]), {"language": "fr"})
    assert answer.status_code == 422
    assert not DocumentRequest.objects.exists()
