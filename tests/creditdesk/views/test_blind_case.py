"""Blind case: no byte of verdict, probability or reasons reaches its advisor before their opinion."""

import re
from typing import Final

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.cases.sorting import SORTS
from creditdesk.models import Assessment, BlindOpinion, Case, Decision, ReasonsReading
from creditdesk.pages.case.reasons import reason_items
from creditdesk.views.case import FRAGMENTS
from scoring.ml.whatif.request import Request
from scoring.presentation import formatting
from tests.creditdesk.blind import assessed_blind, otherwise
from tests.creditdesk.views.role_tables import ADVISOR, CASES, PAGES, address, args_of
from tests.factories import refused
from tests.html import HTMX

pytestmark = pytest.mark.django_db

# What changes from one answer to the next whatever the verdict is.
CHANGING: Final = re.compile(
    rb'csrf[a-z]*" value="[^"]+"|"X-CSRFToken": ?"[^"]+"|nonce="[^"]+"|data-token="[^"]+"'
    # The key that a form bears, another each time.
    rb'|name="entry" value="[^"]+"'
)
MARKS: Final = (
    b"data-verdict",
    b"data-probability",
    b"data-threshold",
    b"data-reason",
    b"data-contribution",
    b"verdict-accept",
    b"verdict-refuse",
    b"verdict-refer",
    b"data-affordability",
    b"data-decision-form",
)
# What an advisor may open of their case, besides the files that the test attaches itself.
TABS: Final = {"case_detail", "case_client", "case_history", "case_why"}
OPENED: Final = sorted(
    page for (page, method), people in CASES.items() if method == "get" and ADVISOR in people
)
# POST: what a blind advisor may send, with what the form needs.
SENT: Final = {
    "case_assess": {},
    "case_simulate": {"AMT_CREDIT": "380000"},
    "scenario_save": {"AMT_CREDIT": "380000", "scenario_name": "Less"},
    "case_decide": {"outcome": "accept"},
    "case_notes": {"text": "Called the client."},
    "case_charges": {"housing": "500", "loans": "0", "other": "0", "members": "1"},
    "case_claim": {},
    "case_release": {},
    "case_share": {},
    "case_opinion": {},
    "case_escalate": {},
}


@pytest.fixture
def case(case_of, person, model_in_use, settings) -> Case:
    return assessed_blind(case_of("advisor"), settings, person("advisor"))


def traces(assessment: Assessment) -> list[bytes]:
    """Everything that would give the assessment away: numbers as written, reasons in both languages."""
    probability = assessment.probability
    assert probability
    numbers = [repr(probability), *(formatting.percent(probability, digits) for digits in (0, 1, 2))]
    # A whole percent may stand for something else.
    words = [number for number in numbers if len(number) > 4]
    words += [repr(reason["contribution"]) for reason in assessment.reasons]
    for language in ("en", "fr"):
        words += [reason.text(language) for reason in assessment.shown_reasons]
        with translation.override(language):
            words += [item.text for item in reason_items(assessment)]
    return [escape(word).encode() for word in words] + [word.encode() for word in words]


@pytest.fixture
def places(case) -> dict[str, str]:
    """The addresses about the case that its advisor may GET, by their page."""
    return {page: _plain(page, case) for page in OPENED}


def answers(browser, case: Case, places: dict[str, str]) -> dict[str, bytes]:
    """The bytes of every answer about the case, and of every page, that its advisor may GET."""
    bodies = {}
    for page, place in places.items():
        for language in ("en", "fr"):
            response = browser.get(place, headers={"Accept-Language": language}, follow=True)
            bodies[f"{page} {language}"] = b"".join(response)
        for fragment in sorted(FRAGMENTS | {"group-income"}) if page in TABS else ():
            headers = {**HTMX, "HX-Target": fragment}
            bodies[f"{page} #{fragment}"] = b"".join(browser.get(place, headers=headers))
    for page in (name for name, people in PAGES.items() if ADVISOR in people):
        bodies[page] = b"".join(browser.get(reverse(page, args=args_of(page)), follow=True))
    for sort in SORTS:
        for sign in ("", "-"):
            bodies[f"list by {sign}{sort}"] = browser.get(
                "/cases/", {"queue": "all", "sort": sign + sort}
            ).content
    for verdict in Assessment.Verdict.values:
        bodies[f"list of {verdict}"] = browser.get("/cases/", {"queue": "all", "verdict": verdict}).content
    bodies["search"] = browser.post("/cases/", {"q": case.reference}, headers=HTMX).content
    bodies["palette"] = browser.post("/palette/", {"q": case.reference}).content
    return {name: CHANGING.sub(b"", body) for name, body in bodies.items()}


def _plain(page: str, case: Case) -> str:
    if page == "case_past":
        return reverse(page, args=[case.reference, case.latest_assessment_id])
    if page == "case_correct_history":
        return reverse(page, args=[case.reference, "bureau"])
    if page in {"document_file", "document_request_letter"}:
        return address(page, case)
    return reverse(page, args=[case.reference])


def test_no_answer_to_its_advisor_has_a_trace_of_the_verdict(client_as, case, places):
    """Every address that an advisor may open, as page and as each fragment, in both languages."""
    secrets = [*traces(case.latest_assessment), *MARKS]
    seen = b"".join(client_as("manager").get(case.get_absolute_url()))
    assert any(secret in seen for secret in traces(case.latest_assessment))
    bodies = answers(client_as("advisor"), case, places)
    assert len(bodies) > 80
    for name, body in bodies.items():
        leaks = [secret for secret in secrets if secret in body]
        assert not leaks, (name, leaks)


def test_every_answer_is_the_same_whatever_the_verdict_is(client_as, case, case_of, places):
    case_of("advisor")
    advisor = client_as("advisor")
    before = answers(advisor, case, places)
    newer = otherwise(case.latest_assessment, verdict="accept", probability=0.0123456)
    case.refresh_from_db()
    assert case.latest_assessment == newer
    after = answers(advisor, case, places)
    # The form of a new application bears a key of its own each time.
    stays = before.keys() - {"case_new"}
    # The address itself names the assessment.
    assert {name for name in stays if before[name] != after[name]} <= {"case_past fr", "case_past en"}


def test_what_its_advisor_sends_is_answered_without_a_trace(client_as, case):
    advisor, secrets = client_as("advisor"), [*traces(case.latest_assessment), *MARKS]
    for page, fields in SENT.items():
        for headers in ({}, HTMX):
            place = reverse(page, args=[case.reference])
            body = b"".join(advisor.post(place, fields, headers=headers, follow=True))
            leaks = [secret for secret in secrets if secret in body]
            assert not leaks, (page, leaks)
    assert not Decision.objects.exists()
    assert not case.scenarios.exists()


def test_the_first_visit_that_assesses_and_draws_shows_no_verdict(client_as, case_of, model_in_use, settings):
    settings.BLIND_SHARE = 1.0
    case = case_of("advisor")
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert Case.objects.get(pk=case.pk).latest_assessment
    assert "data-opinion-form" in page
    assert not [mark for mark in MARKS if mark.decode() in page]


def test_before_the_assessment_that_draws_a_case_nothing_shows_a_verdict_of_it(
    client_as, case_of, model_in_use, settings, person
):
    """A simulation of the request as it is on file would be the verdict itself."""
    settings.BLIND_SHARE = 1.0
    advisor, fields = client_as("advisor"), {"scenario_name": "As on file"}
    for page in ("case_simulate", "scenario_save", "case_why"):
        case = case_of("advisor")
        place = reverse(page, args=[case.reference])
        answer = advisor.get(place) if page == "case_why" else advisor.post(place, fields, headers=HTMX)
        assert case.get_absolute_url() in (answer.get("HX-Redirect"), answer.get("Location")), page
        assert not answer.content
        assert not case.scenarios.exists()
    assert not ReasonsReading.objects.exists()
    assert not AuditEvent.objects.filter(action="simulation").exists()
    as_on_file = Request(case.profile.record, {}, {})
    with pytest.raises(services.ActRefused, match="give yours first"):
        services.simulate(case=case, request=as_on_file, by=person("advisor"))
    assert services.simulate(case=case, request=as_on_file, by=person("manager")).prediction


def test_after_the_opinion_everything_shows_and_the_decision_is_taken(client_as, case, person):
    advisor = client_as("advisor")
    place = reverse("case_opinion", args=[case.reference])
    page = advisor.post(place, {"opinion": "refuse"}, follow=True).content.decode()
    assert f'data-verdict="{case.latest_assessment.verdict}"' in page
    assert "data-decision-form" in page
    assert 'data-opinion="refuse"' in page
    assert advisor.get(reverse("case_why", args=[case.reference])).status_code == 200
    decision = {"outcome": "accept", "assessment": case.latest_assessment_id}
    more = {"reason_code": "income", "reason": "The last three payslips show more than declared."}
    advisor.post(reverse("case_decide", args=[case.reference]), {**decision, **more})
    opinion, decided = BlindOpinion.objects.get(), Decision.objects.get()
    assert (opinion.outcome, opinion.given_by, opinion.assessment_id) == (
        "refuse",
        person("advisor"),
        decided.assessment_id,
    )
    assert decided.outcome == "accept"
    assert opinion.given_at < decided.decided_at


def test_without_a_choice_the_form_comes_back_and_nothing_is_stored(client_as, case):
    response = client_as("advisor").post(reverse("case_opinion", args=[case.reference]), {})
    assert response.status_code == 422
    assert 'id="opinion-errors"' in response.content.decode()
    assert not BlindOpinion.objects.exists()


def test_a_colleague_gives_an_opinion_of_their_own(client_as, case, person):
    services.share(case=case, by=person("advisor"))
    services.give_opinion(case=case, outcome="accept", by=person("advisor"))
    page = client_as("colleague").get(case.get_absolute_url()).content.decode()
    assert "data-opinion-form" in page
    assert "data-verdict" not in page
    history = client_as("colleague").get(reverse("case_history", args=[case.reference])).content.decode()
    assert "event-opinion" not in history


@pytest.mark.parametrize("role", ["manager", "auditor"])
def test_who_checks_and_who_audits_sees_the_verdict(client_as, case, role):
    page = client_as(role).get(case.get_absolute_url()).content.decode()
    assert f'data-verdict="{case.latest_assessment.verdict}"' in page
    assert "data-opinion-form" not in page


def test_a_decision_of_somebody_else_ends_the_blindness(client_as, case, person):
    refused(case.latest_assessment, by=person("manager"))
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert "data-verdict" in page


def test_the_list_sorts_and_finds_a_blind_case_as_one_without_verdict(client_as, case, case_of, person):
    open_case = case_of("advisor")
    services.assess(case=open_case, by=person("advisor"))
    advisor = client_as("advisor")
    for sort in ("probability", "-probability", "closeness", "-closeness"):
        page = advisor.get("/cases/", {"queue": "all", "sort": sort}).content.decode()
        assert page.index(f">{open_case.reference}<") < page.index(f">{case.reference}<")
    verdict = case.latest_assessment.verdict
    assert f">{case.reference}<" not in advisor.get("/cases/", {"verdict": verdict}).content.decode()
    assert f">{case.reference}<" in client_as("manager").get("/cases/", {"verdict": verdict}).content.decode()
