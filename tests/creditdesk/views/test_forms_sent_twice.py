"""A form that is sent twice, by a double click without a script, leaves the rows of one."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.audit import verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.forms.correction import CorrectionForm
from creditdesk.models import (
    Contest,
    Correction,
    Decision,
    DeclaredCharges,
    Document,
    DocumentRequest,
    Escalation,
    Note,
    Snooze,
    Withdrawal,
)
from tests.factories import assessed, attached, decided

REASON = "Two years of payslips seen at the desk."


def today() -> str:
    return timezone.localdate().isoformat()


def sent_note() -> dict[str, str]:
    return {"text": "The client called @colleague.", "entry": str(uuid4())}


# By the form: its address, what is sent, the model of its rows, and the action of its event.
FORMS: Final[dict[str, tuple[str, Callable[[], dict[str, Any]], Any, str]]] = {
    "note": ("case_notes", sent_note, Note, "note"),
    "charges": (
        "case_charges",
        lambda: {"housing": "600", "loans": "0", "other": "0", "members": "2"},
        DeclaredCharges,
        "charges",
    ),
    "snooze": (
        "case_snooze",
        lambda: {"until_on": (timezone.localdate() + timedelta(days=3)).isoformat(), "reason": "Payslip."},
        Snooze,
        "snooze",
    ),
    "withdrawal": (
        "case_withdraw",
        lambda: {"channel": "phone", "received_on": today(), "reason": ""},
        Withdrawal,
        "withdrawal",
    ),
    "escalation": ("case_escalate", lambda: {"reason": REASON}, Escalation, "escalation"),
    "request": (
        "document_request",
        lambda: {"kinds": ["payslip", "identity"], "language": "fr"},
        DocumentRequest,
        "documents_requested",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_twice_in_a_row_is_one_act(client_as, model_in_use, case_of, form):
    name, sent, model, action = FORMS[form]
    case, answers, browser = case_of("advisor"), sent(), client_as("advisor")
    for _click in range(2):
        browser.post(reverse(name, args=[case.reference]), answers)
    assert model.objects.count() == 1
    assert AuditEvent.objects.filter(action=action).count() == 1
    assert not AuditEvent.objects.filter(action="snooze_ended").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_sent_twice_at_once_is_one_act(client_as, model_in_use, case_of, form):
    name, sent, model, action = FORMS[form]
    case, answers = assessed(case_of("advisor")), sent()
    together, failures = threading.Barrier(2), []

    def click(browser) -> None:
        together.wait()
        try:
            browser.post(reverse(name, args=[case.reference]), answers)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click, args=(client_as("advisor"),)) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert failures == []
    assert model.objects.count() == 1
    assert AuditEvent.objects.filter(action=action).count() == 1
    assert verify() is None


@pytest.mark.django_db
def test_the_page_of_a_note_has_a_key_and_other_words_are_another_note(client_as, model_in_use, case_of):
    case, browser = assessed(case_of("advisor")), client_as("advisor")
    page = browser.get(reverse("case_history", args=[case.reference])).content.decode()
    assert 'name="entry"' in page
    address, key = reverse("case_notes", args=[case.reference]), str(uuid4())
    for text, entry in (("First.", key), ("Second.", key), ("First.", str(uuid4())), ("First.", "no key")):
        assert browser.post(address, {"text": text, "entry": entry}).status_code == 302
    assert [note.text for note in Note.objects.all()] == ["First.", "Second.", "First.", "First."]
    other = assessed(case_of("advisor"))
    browser.post(reverse("case_notes", args=[other.reference]), {"text": "First.", "entry": key})
    assert other.notes.count() == 1


@pytest.mark.django_db
def test_a_referral_to_everybody_and_a_contest_sent_twice_are_one(client_as, model_in_use, case_of, person):
    case, browser = case_of("advisor"), client_as("advisor")
    assessment = services.assess(case=case, by=person("advisor"))
    referral = {"assessment": assessment.pk, "outcome": "refer", "reason_code": "other", "reason": REASON}
    closed = decided(assessed(case_of("advisor")), "refuse")
    contest = {"client_statement": "My income is another.", "received_on": today()}
    for _click in range(2):
        browser.post(reverse("case_decide", args=[case.reference]), referral)
        browser.post(reverse("case_contest", args=[closed.reference]), contest)
    assert Decision.objects.filter(case=case, outcome="refer").count() == 1
    assert Contest.objects.count() == 1


@pytest.mark.django_db
def test_a_correction_sent_twice_leads_to_the_corrected_case(client_as, model_in_use, case_of):
    case, browser = case_of("advisor"), client_as("advisor")
    address = reverse("case_correct", args=[case.reference])
    shown = {field.name: field.value() for field in CorrectionForm(case=case)}
    answers = {name: value for name, value in shown.items() if value}
    answers |= {"AMT_INCOME_TOTAL": "180000", "reason": REASON}
    codes = [browser.post(address, answers).status_code for _click in range(2)]
    assert codes == [302, 302]
    assert Correction.objects.count() == 1
    # Something else in the same form is no repetition.
    assert browser.post(address, {**answers, "AMT_INCOME_TOTAL": "190000"}).status_code == 409
    assert Correction.objects.count() == 1


@pytest.mark.django_db
def test_a_document_attached_twice_is_on_file_once(case_of):
    case = case_of("advisor")
    attached(case)
    with pytest.raises(services.ActRefused, match="attached to the case already"):
        attached(case)
    assert Document.objects.count() == 1
