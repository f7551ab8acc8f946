"""Decision on a case: on the verdict that was read, with a reason where it differs, once."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from creditdesk import services
from creditdesk.models import Assessment, Case, Decision
from tests.factories import proposed, reassessed

HTMX = {"HX-Request": "true"}
REASON = "The client brought a guarantee from the employer."
OTHER = {"accept": "refuse", "refuse": "accept"}


@pytest.fixture
def case(case_of, model_in_use) -> Case:
    return case_of("advisor")


@pytest.fixture
def assessment(case, person) -> Assessment:
    return services.assess(case=case, by=person("advisor"))


@pytest.fixture
def risky(case, person) -> Assessment:
    """A large credit that the model refuses."""
    Case.objects.filter(pk=case.pk).update(amount_credit=900_000)
    return reassessed(services.assess(case=case, by=person("advisor")), "refuse")


def post(browser, name, case, data, **headers):
    return browser.post(reverse(name, args=[case.reference]), data, headers=headers)


def decide(browser, assessment, outcome, **more):
    headers = more.pop("headers", {})
    data = {"assessment": assessment.pk, "outcome": outcome, **more}
    return post(browser, "case_decide", assessment.case, data, **headers)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_agreeing_with_the_model_needs_no_reason(client_as, assessment):
    response = decide(client_as("advisor"), assessment, assessment.verdict)
    assert response.url == assessment.case.get_absolute_url()
    decision = Decision.objects.get()
    assert (decision.outcome, decision.status, decision.is_override) == (assessment.verdict, "final", False)
    assert (decision.decided_by.username, decision.assessment) == ("advisor", assessment)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "choose a reason"),
        ({"reason_code": "guarantee"}, "say why in at least 20 characters"),
        ({"reason_code": "guarantee", "reason": "too short"}, "say why in at least 20 characters"),
        ({"reason_code": "guarantee", "reason": " " * 40}, "say why in at least 20 characters"),
        ({"reason": REASON}, "choose a reason"),
        ({"reason_code": "moon", "reason": REASON}, "moon is not one of the available choices"),
    ],
)
def test_differing_from_the_model_needs_a_reason_code_and_a_reason(client_as, assessment, given, message):
    response = decide(client_as("advisor"), assessment, OTHER[assessment.verdict], **given)
    assert response.status_code == 422
    assert message in text(response)
    assert f'value="{OTHER[assessment.verdict]}"' in text(response)
    assert not Decision.objects.exists()


def test_an_override_is_recorded_with_its_reason(client_as, assessment):
    outcome = OTHER[assessment.verdict]
    decide(client_as("advisor"), assessment, outcome, reason_code="guarantee", reason=REASON)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.is_override) == (outcome, True)
    assert (decision.reason_code, decision.reason) == ("guarantee", REASON)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_decision_posted_twice_is_recorded_once(client_as, assessment, headers):
    browser = client_as("advisor")
    decide(browser, assessment, assessment.verdict)
    again = decide(browser, assessment, assessment.verdict, headers=headers)
    assert again.status_code == 409
    assert "Already decided" in text(again)
    assert "by advisor" in text(again)
    assert ("<html" in text(again)) == (not headers)
    assert Decision.objects.count() == 1


def test_deciding_on_a_verdict_that_has_changed_is_refused_and_shown(client_as, assessment):
    newer = reassessed(assessment, OTHER[assessment.verdict])
    response = decide(client_as("advisor"), assessment, assessment.verdict, headers=HTMX)
    assert response.status_code == 409
    assert f"the verdict was {assessment.verdict}" in text(response)
    assert f"it is now {newer.verdict}" in text(response)
    assert f'name="assessment" value="{newer.pk}"' in text(response)
    assert not Decision.objects.exists()


def test_without_javascript_an_error_is_a_whole_page(client_as, assessment):
    page = decide(client_as("advisor"), assessment, OTHER[assessment.verdict])
    fragment = decide(client_as("advisor"), assessment, OTHER[assessment.verdict], headers=HTMX)
    assert (page.status_code, fragment.status_code) == (422, 422)
    assert "<html" in text(page)
    assert text(fragment).startswith('<section id="decision"')
    assert fragment["HX-Retarget"] == "#decision"


def test_a_large_risky_acceptance_is_announced_and_waits_for_a_second_person(client_as, risky):
    browser = client_as("advisor")
    assert "if you accept, a second person has to confirm" in text(browser.get(risky.case.get_absolute_url()))
    decide(browser, risky, "accept", reason_code="guarantee", reason=REASON)
    assert Decision.objects.get().status == "proposed"
    page = text(browser.get(risky.case.get_absolute_url()))
    assert "Waiting for a second person" in page
    assert 'name="answer"' not in page


def test_a_small_acceptance_announces_no_second_person(client_as, assessment):
    page = text(client_as("advisor").get(assessment.case.get_absolute_url()))
    assert "a second person has to confirm" not in page


@pytest.mark.parametrize(("answer", "status"), [("approve", "final"), ("reject", "rejected")])
def test_a_second_person_checks_the_decision(client_as, risky, person, answer, status):
    decision = proposed(risky, person("advisor"))
    browser = client_as("manager")
    assert 'name="answer"' in text(browser.get(risky.case.get_absolute_url()))
    post(
        browser,
        "case_check",
        risky.case,
        {"decision": decision.pk, "answer": answer, "check_reason": REASON},
    )
    decision.refresh_from_db()
    assert decision.status == status
    assert decision.checked_by == person("manager")


def test_nobody_checks_their_own_decision(client_as, risky, person):
    decision = proposed(risky, person("manager"))
    browser = client_as("manager")
    assert 'name="answer"' not in text(browser.get(risky.case.get_absolute_url()))
    data = {"decision": decision.pk, "answer": "approve", "check_reason": REASON}
    response = post(browser, "case_check", risky.case, data)
    assert response.status_code == 409
    assert "another person has to check it" in text(response)
    decision.refresh_from_db()
    assert decision.status == "proposed"


def test_an_advisor_checks_nothing(client_as, risky, person):
    decision = proposed(risky, person("manager"))
    data = {"decision": decision.pk, "answer": "approve", "check_reason": REASON}
    assert post(client_as("advisor"), "case_check", risky.case, data).status_code == 403
    decision.refresh_from_db()
    assert decision.status == "proposed"


def test_a_check_without_a_reason_is_not_recorded(client_as, risky, person):
    decision = proposed(risky, person("advisor"))
    data = {"decision": decision.pk, "answer": "approve", "check_reason": "ok"}
    response = post(client_as("manager"), "case_check", risky.case, data, **HTMX)
    assert response.status_code == 422
    assert text(response).startswith('<section id="decision"')
    decision.refresh_from_db()
    assert decision.status == "proposed"


def test_a_decision_of_another_case_cannot_be_checked_here(client_as, risky, person, case_of):
    decision = proposed(risky, person("advisor"))
    data = {"decision": decision.pk, "answer": "approve", "check_reason": REASON}
    assert post(client_as("manager"), "case_check", case_of("advisor"), data).status_code == 404
    decision.refresh_from_db()
    assert (decision.status, decision.checked_by) == ("proposed", None)


def test_the_page_shows_who_decided_and_why(client_as, assessment):
    browser = client_as("advisor")
    decide(browser, assessment, OTHER[assessment.verdict], reason_code="guarantee", reason=REASON)
    page = text(browser.get(assessment.case.get_absolute_url()))
    assert REASON in page
    assert "Guarantee or co-borrower" in page
    assert 'name="outcome"' not in page


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_decisions_one_is_recorded_and_the_other_refused(
    client_as, case_of, model_in_use, person
):
    case = case_of("advisor")
    assessment = services.assess(case=case, by=person("advisor"))
    browsers = [client_as("advisor"), client_as("manager")]
    answers = []
    start = threading.Barrier(2)

    def act(browser):
        start.wait()
        answers.append(decide(browser, assessment, assessment.verdict))
        connection.close()

    threads = [threading.Thread(target=act, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert Decision.objects.count() == 1
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert "Already decided" in text(refused)
