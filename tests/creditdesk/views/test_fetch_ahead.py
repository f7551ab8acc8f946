"""The next case, fetched ahead by the browser: nobody has read it, and it is left when it went stale."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, Case, Claim, NoteReading
from scoring import services as versions
from tests.html import HTMX

pytestmark = pytest.mark.django_db
AHEAD = {"Sec-Purpose": "prefetch"}


@pytest.fixture
def cases(model_in_use, case_of, person) -> list[Case]:
    """Two assessed cases, the older first, with a colleague's note on the one that comes next."""
    now = timezone.now()
    made = [case_of("advisor", submitted_at=now - timedelta(days=days)) for days in (4, 3)]
    for case in made:
        services.assess(case=case, by=person("advisor"))
    services.add_note(case=made[1], text="Called back.", by=person("manager"))
    return [Case.objects.get(pk=case.pk) for case in made]


def ahead(browser, cases):
    return browser.get(f"{cases[0].get_absolute_url()}?go=next", headers=AHEAD, follow=True)


def opened(browser, page, case):
    state = page.context["state_ahead"]
    return browser.get(f"{case.get_absolute_url()}opened/", {"state": state}, headers=HTMX)


def test_a_page_fetched_ahead_leaves_no_trace_of_a_reading(client_as, cases, person):
    browser = client_as("advisor")
    events, assessments = AuditEvent.objects.count(), Assessment.objects.count()
    page = ahead(browser, cases)
    history = browser.get(f"{cases[1].get_absolute_url()}history/", headers=AHEAD)
    assert (page.status_code, page.context["case"], history.status_code) == (200, cases[1], 200)
    assert (AuditEvent.objects.count(), Assessment.objects.count()) == (events, assessments)
    assert not Claim.objects.exists()
    assert not NoteReading.objects.exists()
    browser.get(f"{cases[1].get_absolute_url()}history/")
    assert NoteReading.objects.get().read_by == person("advisor")


def test_who_may_decide_gets_the_rules_and_the_link_that_they_name(client_as, cases):
    page = client_as("advisor").get(cases[0].get_absolute_url())
    assert page["Speculation-Rules"] == '"/static/fetch_ahead.speculationrules"'
    assert '?go=next" data-next-case data-fetch-ahead' in page.content.decode()
    assert "state_ahead" not in page.context
    assert "Speculation-Rules" not in client_as("auditor").get(cases[0].get_absolute_url()).headers


def test_a_case_that_has_to_be_assessed_first_is_not_assessed_for_nobody(client_as, cases, case_of):
    fresh = case_of("advisor", submitted_at=timezone.now() - timedelta(days=2))
    page = client_as("advisor").get(f"{cases[1].get_absolute_url()}?go=next", headers=AHEAD, follow=True)
    assert page.status_code == 503
    assert not fresh.assessments.exists()


def test_where_nothing_comes_next_no_message_waits_for_the_person(client_as, cases, person):
    services.claim(case=cases[1], by=person("manager"))
    browser = client_as("advisor")
    assert ahead(browser, cases).status_code == 503
    assert list(browser.get("/cases/").context["messages"]) == []


def test_an_unchanged_page_stays_and_shows_the_counts_of_now(client_as, cases, person):
    browser = client_as("advisor")
    page = ahead(browser, cases)
    services.withdraw(
        case=cases[0], channel="phone", received_on=timezone.localdate(), reason="", by=person("advisor")
    )
    answer = opened(browser, page, cases[1])
    assert answer.status_code == 200
    assert not {"HX-Refresh", "HX-Redirect"} & set(answer.headers)
    assert answer.content.decode().count('hx-swap-oob="true"') == 3


@pytest.mark.parametrize("act", ["note", "model"])
def test_a_page_that_has_changed_since_is_loaded_anew(client_as, cases, person, act):
    browser = client_as("advisor")
    page = ahead(browser, cases)
    if act == "note":
        services.add_note(case=cases[1], text="The payslip is there.", by=person("manager"))
    else:
        versions.suspend(by=person("admin"), reason="Under examination since this morning.")
    assert opened(browser, page, cases[1])["HX-Refresh"] == "true"


@pytest.mark.parametrize("act", ["claim", "decide", "assign"])
def test_a_case_that_somebody_else_took_up_is_left_for_the_next_one(client_as, cases, person, act):
    browser, manager, case = client_as("advisor"), person("manager"), cases[1]
    page = ahead(browser, cases)
    if act == "claim":
        services.claim(case=case, by=manager)
    elif act == "assign":
        services.assign(case=case, to=person("colleague"), by=manager)
    else:
        assessment = case.latest_assessment
        services.decide(
            case=case,
            assessment=assessment,
            outcome="refuse",
            reason_code="" if assessment.verdict == "refuse" else "other",
            reason="" if assessment.verdict == "refuse" else "The employer has closed down for good.",
            by=manager,
        )
    answer = opened(browser, page, case)
    assert answer.status_code == (404 if act == "assign" else 200)
    # From a case out of sight nothing leads on.
    left = "/cases/" if act == "assign" else case.get_absolute_url()
    assert answer["HX-Redirect"] == f"{left}?go=next"
    landed = browser.get(answer["HX-Redirect"], follow=True)
    assert landed.context["case"] == cases[0]
    assert "took up the next case meanwhile" in landed.content.decode()
