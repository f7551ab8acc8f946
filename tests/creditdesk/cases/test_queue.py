"""Queues of the case list: claimed, shared, escalated, contested, late, and the next case."""

from datetime import timedelta

import pytest
from django.utils import timezone

from creditdesk import services
from creditdesk.cases.queue import first_in_queue, next_pending
from creditdesk.models import Case, Contest
from tests.factories import assessed, decided

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def days_ago(days: int):
    return NOW - timedelta(days=days)


@pytest.fixture
def cases(case_of) -> list[Case]:
    """Three pending cases, the oldest first."""
    return [case_of("advisor", submitted_at=days_ago(days)) for days in (9, 6, 3)]


def listed(browser, **query) -> set[str]:
    return {case.reference for case in browser.get("/cases/", query).context["cases"]}


@pytest.mark.parametrize(
    ("queue", "positions"),
    [
        ("mine", {0}),
        ("unclaimed", {1, 2}),
        ("shared", {1}),
        ("escalated", {2}),
        ("contested", {3}),
        ("late", {3}),
    ],
)
def test_each_queue_holds_its_cases_and_no_others(client_as, case_of, person, cases, queue, positions):
    advisor = person("advisor")
    services.claim(case=cases[0], by=advisor)
    services.share(case=cases[1], by=advisor)
    services.escalate(case=cases[2], reason="Too much for me to decide.", by=advisor)
    contested = decided(assessed(case_of("advisor"), 0.3, "refuse"), "refuse")
    contest = services.contest(
        case=contested, client_statement="No.", received_on=timezone.localdate(), by=advisor
    )
    overdue = timezone.localdate() - timedelta(days=1)
    Contest.objects.filter(pk=contest.pk).update(received_on=overdue, due_on=overdue)
    every = [*cases, contested]
    assert listed(client_as("advisor"), queue=queue) == {every[i].reference for i in positions}


def test_a_queue_that_does_not_exist_is_refused(client_as, cases):
    page = client_as("advisor").get("/cases/?queue=moon")
    assert not page.context["cases"]
    assert "moon" in page.content.decode()


@pytest.mark.parametrize(("days", "late"), [(59, False), (60, False), (62, True)])
def test_a_pending_case_is_late_after_its_due_date(client_as, case_of, days, late):
    case = case_of("advisor", submitted_at=days_ago(days))
    browser = client_as("advisor")
    assert (case.reference in listed(browser, queue="late")) == late
    assert ("</svg>late" in browser.get("/cases/").content.decode()) == late


def test_a_decided_case_is_not_late(client_as, case_of):
    case = decided(case_of("advisor", submitted_at=days_ago(100)))
    assert not Case.objects.late().filter(pk=case.pk).exists()
    assert "</svg>late" not in client_as("advisor").get("/cases/").content.decode()


def test_the_next_case_is_the_own_claim_then_the_oldest_unclaimed(client_as, person, cases):
    advisor = person("advisor")
    assert first_in_queue(advisor) == cases[0].reference
    services.claim(case=cases[0], by=person("manager"))
    assert first_in_queue(advisor) == cases[1].reference
    services.claim(case=cases[2], by=advisor)
    assert client_as("advisor").get("/cases/?go=next").url == cases[2].get_absolute_url()


def test_an_empty_queue_leads_to_the_list(client_as, person):
    page = client_as("advisor").get("/cases/?go=next")
    assert page.status_code == 200
    assert "creditdesk/case_list.html" in [template.name for template in page.templates]


def test_next_to_decide_skips_a_case_claimed_by_a_colleague(person, cases):
    assert next_pending(cases[2], person("advisor")) == cases[1].reference
    services.claim(case=cases[1], by=person("manager"))
    assert next_pending(cases[2], person("advisor")) == cases[0].reference
    assert next_pending(cases[2], person("manager")) == cases[1].reference


def test_the_list_names_who_works_on_a_case_and_sets_names_apart(client_as, case_of, person):
    case = case_of("advisor", name="<i>محمد</i>")
    services.claim(case=case, by=person("manager"))
    page = client_as("advisor").get("/cases/").content.decode()
    assert "<bdi>&lt;i&gt;محمد&lt;/i&gt;</bdi>" in page
    assert "</svg>manager</span>" in page
