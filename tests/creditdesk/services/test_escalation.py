"""A case is escalated to a manager with a reason, and comes back with an answer."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from accounts.audit import verify
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Case, Claim, Decision, Escalation, Notification
from creditdesk.services import ActRefused, DecisionRefused
from tests.factories import UserFactory, assessed, decided, proposed, refused
from tests.html import HTMX

pytestmark = pytest.mark.django_db
REASON = "The amount is above what I decide alone."
ANSWER = "Ask for the last three payslips, then accept."


@pytest.fixture
def case(case_of):
    return case_of("advisor")


@pytest.fixture
def escalation(case, person) -> Escalation:
    return services.escalate(case=case, reason=REASON, by=person("advisor"))


def post(browser, page, case, **data):
    return browser.post(reverse(page, args=[case.reference]), data, headers=HTMX)


def test_an_escalation_is_stored_with_its_reason_and_stands_in_the_managers_queue(
    client_as, model_in_use, case
):
    assert post(client_as("advisor"), "case_escalate", case, reason=REASON).status_code == 200
    stored = Escalation.objects.get()
    assert (stored.case, stored.reason, stored.escalated_by.username) == (case, REASON, "advisor")
    assert case.reference in client_as("manager").get("/cases/?queue=escalated").content.decode()
    event = AuditEvent.objects.get(action="escalation")
    assert (event.details["previous"], event.details["new"]) == ("pending", "escalated")
    assert REASON not in str(event.details)


def test_the_answer_gives_the_case_back_and_keeps_the_history(
    client_as, model_in_use, case, escalation, person
):
    answer = post(client_as("manager"), "case_answer", case, escalation=escalation.pk, answer=ANSWER)
    assert answer.status_code == 200
    stored = Escalation.objects.get()
    assert (stored.answer, stored.answered_by) == (ANSWER, person("manager"))
    page = client_as("advisor").get(f"{case.get_absolute_url()}history/").content.decode()
    assert REASON in page
    assert ANSWER in page
    assert not Case.objects.escalated().exists()


def test_an_escalation_ends_the_own_claim(case, person):
    services.claim(case=case, by=person("advisor"))
    services.escalate(case=case, reason=REASON, by=person("advisor"))
    assert Claim.objects.get().released_at


def test_a_case_claimed_by_somebody_else_is_not_escalated(case, person):
    services.claim(case=case, by=person("manager"))
    with pytest.raises(ActRefused, match="manager has claimed"):
        services.escalate(case=case, reason=REASON, by=person("advisor"))


def test_a_decided_case_is_not_escalated(client_as, model_in_use, case):
    decided(case)
    answer = post(client_as("advisor"), "case_escalate", case, reason=REASON)
    assert answer.status_code == 409
    assert "Already decided" in answer.content.decode()
    assert not Escalation.objects.exists()


def test_a_case_is_with_a_manager_once_at_a_time(case, person, escalation):
    with pytest.raises(ActRefused, match="already"):
        services.escalate(case=case, reason=REASON, by=person("advisor"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(case=case, reason=REASON, escalated_by=person("advisor"))


@pytest.mark.parametrize("reason", ["", "   ", "too short", "x" * 2001])
def test_empty_and_endless_reasons_are_refused(client_as, model_in_use, case, reason):
    answer = post(client_as("advisor"), "case_escalate", case, reason=reason)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()
    assert not Escalation.objects.exists()


def test_html_in_a_reason_is_text(client_as, model_in_use, case):
    written = "<script>alert(1)</script> & <b>too much</b>"
    page = post(client_as("advisor"), "case_escalate", case, reason=written).content.decode()
    assert Escalation.objects.get().reason == written
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_nobody_answers_their_own_escalation(case, person):
    own = services.escalate(case=case, reason=REASON, by=person("manager"))
    with pytest.raises(ActRefused, match="another person"):
        services.answer_escalation(escalation=own, answer=ANSWER, by=person("manager"))
    own.answer, own.answered_by, own.answered_at = ANSWER, person("manager"), own.escalated_at
    with pytest.raises(IntegrityError, match="answerer_is_another"):
        own.save()


@pytest.mark.parametrize("name", ["advisor", "manager"])
def test_who_passed_a_case_on_decides_it_only_after_another_persons_answer(case, person, name, model_in_use):
    by, answers = person(name), UserFactory(role="manager")
    assessment = services.assess(case=case, by=by)
    escalation = services.escalate(case=case, reason=REASON, by=by)
    verdict = {"case": case, "assessment": assessment, "outcome": assessment.verdict, "by": by}
    with pytest.raises(DecisionRefused, match="once another person has answered"):
        services.decide(**verdict)
    assert not Decision.objects.exists()
    services.answer_escalation(escalation=escalation, answer=ANSWER, by=answers)
    assert services.decide(**verdict).status == "final"


def test_the_database_refuses_the_decision_of_who_passed_the_case_on(case, person):
    assessed(case)
    services.escalate(case=case, reason=REASON, by=person("advisor"))
    with (
        pytest.raises(IntegrityError, match="decides once another person has answered"),
        transaction.atomic(),
    ):
        decided(case)
    assert not Decision.objects.exists()
    escalation = Escalation.objects.get()
    services.answer_escalation(escalation=escalation, answer=ANSWER, by=person("manager"))
    decided(case)
    assert Decision.objects.get().decided_by == person("advisor")


def test_a_manager_decides_the_case_that_an_advisor_passed_on(case, person, escalation, model_in_use):
    assessment = services.assess(case=case, by=person("manager"))
    services.decide(case=case, assessment=assessment, outcome=assessment.verdict, by=person("manager"))
    assert Decision.objects.get().decided_by == person("manager")


def test_the_page_offers_no_decision_to_who_passed_the_case_on(client_as, model_in_use, case, escalation):
    assert 'name="outcome"' not in client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert 'name="outcome"' in client_as("manager").get(case.get_absolute_url()).content.decode()
    shown = Case.objects.get().latest_assessment
    assert shown
    answer = post(client_as("advisor"), "case_decide", case, assessment=shown.pk, outcome=shown.verdict)
    assert answer.status_code == 409
    assert "another person has answered" in answer.content.decode()
    assert not Decision.objects.exists()


def test_no_advisor_decides_a_colleagues_case_that_waits_for_a_manager(client_as, model_in_use, case, person):
    """A colleague passed the shared case on; its own advisor did not."""
    services.share(case=case, by=person("advisor"))
    escalation = services.escalate(case=case, reason=REASON, by=person("colleague"))
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert 'name="outcome"' not in page
    assert "This case is with a manager, who has to answer first." in page
    assert "?go=next" in page
    read = Assessment.objects.get()
    verdict = {"case": case, "assessment": read, "outcome": read.verdict, "by": person("advisor")}
    with pytest.raises(DecisionRefused, match="with a manager, who has to answer first"):
        services.decide(**verdict)
    assert not Decision.objects.exists()
    services.answer_escalation(escalation=escalation, answer=ANSWER, by=person("manager"))
    assert services.decide(**verdict).status == "final"


def test_a_manager_answers_by_referring_the_case_to_a_colleague_who_has_it_then(case, person, escalation):
    advisor, colleague, manager = person("advisor"), person("colleague"), person("manager")
    read = assessed(case, None, "refer").latest_assessment
    assert read
    services.decide(case=case, assessment=read, outcome="refer", by=manager, refer_to=colleague)
    stored = Escalation.objects.get()
    assert (stored.answered_by, stored.decision) == (manager, case.decisions.get())
    assert not Case.objects.escalated().exists()
    assert list(Case.objects.to_decide_by(colleague)) == [case]
    assert not Case.objects.to_decide_by(manager).exists()
    assert Notification.objects.get(recipient=advisor).kind == "answered"
    assert refused(read, colleague).status == "final"
    assert verify() is None


def test_an_answered_escalation_is_not_answered_again(escalation, person):
    services.answer_escalation(escalation=escalation, answer=ANSWER, by=person("manager"))
    with pytest.raises(ActRefused, match="already"):
        services.answer_escalation(escalation=escalation, answer="Or rather not.", by=person("manager"))
    assert Escalation.objects.get().answer == ANSWER


@pytest.mark.parametrize("name", ["advisor", "colleague", "auditor", "analyst", "admin"])
def test_only_a_manager_answers(escalation, person, name):
    with pytest.raises(PermissionDenied):
        services.answer_escalation(escalation=escalation, answer=ANSWER, by=person(name))


def test_the_escalation_of_another_case_does_not_exist(client_as, model_in_use, case_of, escalation):
    other = case_of("advisor")
    answer = post(client_as("manager"), "case_answer", other, escalation=escalation.pk, answer=ANSWER)
    assert answer.status_code == 404
    assert Escalation.objects.get().answered_at is None


def test_who_passed_a_case_on_claims_it_only_after_another_persons_answer(
    client_as, case, person, escalation, model_in_use
):
    browser = client_as("advisor")
    assert (
        reverse("case_claim", args=[case.reference])
        not in browser.get(case.get_absolute_url()).content.decode()
    )
    assert "once another person has answered" in post(browser, "case_claim", case).content.decode()
    assert not Claim.objects.exists()
    services.answer_escalation(escalation=escalation, answer=ANSWER, by=person("manager"))
    assert services.claim(case=case, by=person("advisor")).held_by == person("advisor")


def test_a_decision_answers_the_escalation_also_of_a_case_that_is_opened_again(case, person, escalation):
    manager, other = person("manager"), UserFactory(role="manager")
    read = assessed(case, None, "refer").latest_assessment
    assert read
    services.decide(
        case=case, assessment=read, outcome="refuse", by=manager, reason_code="documents", reason=REASON
    )
    stored = Escalation.objects.get()
    assert (stored.answered_by, stored.answer, stored.decision) == (manager, "", case.decisions.get())
    event = AuditEvent.objects.get(action="escalation_answer")
    assert (event.actor, event.details["new"]) == (manager.username, "answered")
    services.reopen(case=case, reason="The payslips have come.", by=other)
    assert not Case.objects.escalated().exists()
    assert Case.objects.to_decide_by(person("advisor")).filter(pk=case.pk).exists()
    assert services.claim(case=case, by=person("advisor"))


def test_who_passed_a_colleagues_case_on_is_notified_of_the_decision_that_answers(case, person, client_as):
    services.share(case=case, by=person("advisor"))
    services.escalate(case=case, reason=REASON, by=person("colleague"))
    page = client_as("colleague").get(case.get_absolute_url()).content.decode()
    assert "You passed it on to a manager" in page
    assert "?go=next" in page
    read = assessed(case, None, "refer").latest_assessment
    assert read
    services.decide(
        case=case, assessment=read, outcome="refuse", by=person("manager"), reason_code="documents",
        reason=REASON,
    )  # fmt: skip
    notified = Notification.objects.filter(actor=person("manager")).values_list("recipient__username", "kind")
    assert set(notified) == {("colleague", "answered"), ("advisor", "decided")}


def test_a_decision_answers_in_the_language_of_each_reader(client_as, case, person, escalation, model_in_use):
    assessment = services.assess(case=case, by=person("manager"))
    with translation.override("fr"):
        services.decide(
            case=case, assessment=assessment, outcome="refuse", by=person("manager"),
            reason_code="documents", reason=REASON,
        )  # fmt: skip
    pages = {}
    for language in ("en", "fr"):
        browser = client_as("advisor")
        address = reverse("case_history", args=[case.reference])
        pages[language] = browser.get(address, headers={"Accept-Language": language}).content.decode()
    assert "Decided: refused." in pages["en"]
    with translation.override("fr"):
        assert escape(Escalation.objects.get().answer_in_words) in pages["fr"]
        assert Escalation.objects.get().answer_in_words != "Decided: refused."
    exported = client_as("manager").get(reverse("case_timeline_export", args=[case.reference]))
    assert "Decided: refused." in b"".join(exported.streaming_content).decode()


@pytest.mark.parametrize("approve", [True, False])
def test_a_proposal_answers_the_escalation_once_it_is_approved(case, person, escalation, approve):
    manager, checker = person("manager"), UserFactory(role="manager")
    case.amount_credit = 900_000
    case.save()
    read = assessed(case, 0.3, "refuse").latest_assessment
    assert read
    decision = proposed(read, manager)
    assert decision.status == "proposed"
    assert Escalation.objects.get().answered_at is None
    # With the second person meanwhile, in no queue of the managers who answer.
    assert not Case.objects.escalated().exists()
    services.check_decision(decision=decision, approve=approve, reason=REASON, by=checker)
    stored = Escalation.objects.get()
    if approve:
        assert (stored.decision, stored.answered_by) == (decision, manager)
    else:
        assert (stored.decision, stored.answered_at) == (None, None)
        assert Case.objects.to_decide_by(manager).filter(pk=case.pk).exists()
        assert not Case.objects.to_decide_by(person("advisor")).exists()
    assert verify() is None
