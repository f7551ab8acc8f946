"""Two tabs or two people on one case, and texts beyond all bounds: nothing lost, doubled or half-written."""

import pytest
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Case, Claim, Decision, Note, Profile
from tests.html import HTMX

pytestmark = pytest.mark.django_db
REASON = "The client brought a guarantee from the employer."
OTHER = {"accept": "refuse", "refuse": "accept"}
MEGABYTE = "a" * 1_000_000


@pytest.fixture
def case(case_of, model_in_use, person) -> Case:
    """Assessed, and open in a tab of its advisor."""
    case = case_of("advisor")
    services.assess(case=case, by=person("advisor"))
    return Case.objects.select_related("latest_assessment").get(pk=case.pk)


def post(browser, name, case, **data):
    return browser.post(reverse(name, args=[case.reference]), data, headers=HTMX)


def decide(browser, case, outcome="", **more):
    """Send the form as the tab has it: with the assessment that it shows."""
    read = case.latest_assessment
    return post(browser, "case_decide", case, assessment=read.pk, outcome=outcome or read.verdict, **more)


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture(autouse=True)
def intact_log(db):
    """Every test ends with an intact audit chain."""
    yield
    assert audit.verify() is None


def test_back_after_a_decision_the_opposite_is_refused_and_the_first_stands(client_as, case):
    browser, verdict = client_as("advisor"), case.latest_assessment.verdict
    decide(browser, case)
    again = decide(browser, case, OTHER[verdict], reason_code="guarantee", reason=REASON)
    assert again.status_code == 409
    assert "Already decided" in text(again)
    assert [decision.outcome for decision in Decision.objects.all()] == [verdict]
    assert AuditEvent.objects.filter(action="decision").count() == 1


def test_of_two_tabs_the_one_that_claims_second_changes_nothing(client_as, case):
    browser = client_as("advisor")
    assert post(browser, "case_claim", case).status_code == 200
    post(browser, "case_claim", case)
    assert [claim.held_by.username for claim in Claim.objects.all()] == ["advisor"]


def test_a_decision_on_a_file_that_a_colleague_has_corrected_is_refused_until_it_is_read(
    client_as, case, person
):
    read, digest = case.latest_assessment, Profile.objects.get(case=case).digest
    services.correct_application(
        case=case,
        changes={"AMT_INCOME_TOTAL": 61_000.0},
        profile_digest=digest,
        reason="The payslip of March says another income.",
        by=person("manager"),
    )
    browser = client_as("advisor")
    refused = decide(browser, case)
    assert refused.status_code == 409
    assert "assessed again meanwhile" in text(refused) or "the verdict was" in text(refused)
    assert not Decision.objects.exists()
    newer = Case.objects.select_related("latest_assessment").get(pk=case.pk)
    assert newer.latest_assessment != read
    decide(browser, newer)
    decision = Decision.objects.select_related("assessment").get()
    assert decision.assessment == newer.latest_assessment
    assert decision.assessment.profile_digest == Profile.objects.get(case=case).digest != digest


def test_a_correction_after_a_colleagues_decision_is_refused_and_changes_no_value(client_as, case, person):
    stored = Profile.objects.get(case=case)
    decide(client_as("manager"), case)
    with pytest.raises(services.ActRefused, match="decided"):
        services.correct_application(
            case=case,
            changes={"AMT_INCOME_TOTAL": 61_000.0},
            profile_digest=stored.digest,
            reason="The payslip of March says another income.",
            by=person("advisor"),
        )
    assert Profile.objects.get(case=case).digest == stored.digest
    assert Decision.objects.get().assessment == Case.objects.get(pk=case.pk).latest_assessment


@pytest.mark.parametrize("name", ["case_notes", "case_decide", "case_escalate"])
def test_a_text_of_a_megabyte_is_refused_beside_its_field_and_nothing_of_it_is_stored(client_as, case, name):
    events = AuditEvent.objects.count()
    read = case.latest_assessment
    answer = post(
        client_as("advisor"),
        name,
        case,
        text=MEGABYTE,
        reason=MEGABYTE,
        reason_code="guarantee",
        assessment=read.pk,
        outcome=OTHER[read.verdict],
    )
    assert answer.status_code == 422
    assert "at most" in text(answer)
    assert not Note.objects.exists()
    assert not Decision.objects.exists()
    assert not case.escalations.exists()
    assert AuditEvent.objects.count() == events
