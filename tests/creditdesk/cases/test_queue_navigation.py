"""Queues of the case list: claimed, shared, escalated, contested, late, and the next case."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from creditdesk import services
from creditdesk.cases.queue_navigation import first_in_queue, next_pending, previous_pending
from creditdesk.models import Assignment, Case, Contest, TeamReferral
from creditdesk.pages import queue_tabs
from tests.factories import assessed, decided
from tests.html import listed_references
from tests.triggers import triggers_off

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
        ("to_decide", {0, 1}),
        ("second", set()),
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
    with triggers_off():
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
    assert "</svg>late" not in client_as("advisor").get("/cases/?queue=all").content.decode()


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
    assert next_pending(cases[0], person("advisor")) == cases[1].reference
    services.claim(case=cases[1], by=person("manager"))
    assert next_pending(cases[0], person("advisor")) == cases[2].reference
    assert next_pending(cases[0], person("manager")) == cases[1].reference


@pytest.mark.parametrize("act", ["escalated", "proposed", "referred", "referred to a team"])
def test_next_to_decide_skips_what_waits_for_somebody_else_but_not_for_them(person, cases, act):
    advisor, manager, colleague = person("advisor"), person("manager"), person("colleague")
    assessment = assessed(cases[1], 0.4, "refuse")
    if act == "escalated":
        services.escalate(case=cases[1], reason="Too much for me to decide.", by=advisor)
    elif act == "proposed":
        decided(assessment, status="proposed", override=True)
    elif act == "referred to a team":
        team = services.make_team(name="North", by=manager)
        services.add_member(team=team, person=manager, by=manager)
        TeamReferral.objects.create(case=cases[1], team=team, referred_by=advisor)
    else:
        services.assign(case=cases[1], to=colleague, by=manager)
        Assignment.objects.create(
            case=cases[1], previous=colleague, advisor=manager, kind="referred", assigned_by=advisor
        )
        assert cases[1] in Case.objects.visible_to(advisor)
    assert next_pending(cases[0], advisor) == cases[2].reference
    assert first_in_queue(advisor, besides=cases[0]) == cases[2].reference
    assert next_pending(cases[0], manager) == cases[1].reference


def test_a_case_that_i_referred_to_everybody_is_offered_to_everybody_else(client_as, person, cases):
    advisor, colleague = person("advisor"), person("colleague")
    referred, assessment = cases[0], services.assess(case=cases[0], by=advisor)
    services.decide(case=referred, assessment=assessment, outcome="refer", by=advisor)
    browser = client_as("advisor")
    assert browser.get("/cases/?go=next").url == cases[1].get_absolute_url()
    assert next_pending(cases[2], advisor) == cases[1].reference
    assert previous_pending(cases[1], advisor) is None
    assert first_in_queue(colleague) == referred.reference
    assert referred.reference in listed(browser, queue="to_decide") & listed(browser, queue="shared")
    services.claim(case=referred, by=colleague)
    services.release(case=referred, by=colleague)
    assert first_in_queue(advisor) == referred.reference


def test_next_and_previous_pass_every_case_in_the_order_of_the_list(client_as, case_of, person, cases):
    """Whoever leaves cases undecided comes to every other one before the first of them again."""
    advisor = person("advisor")
    case_of("advisor", submitted_at=cases[1].submitted_at)
    services.claim(case=cases[2], by=advisor)
    listed = [case.reference for case in client_as("advisor").get("/cases/").context["cases"]]
    by_reference = {case.reference: case for case in Case.objects.all()}
    passed = [listed[0]]
    for _ in listed:
        passed.append(next_pending(by_reference[passed[-1]], advisor) or "")
    assert passed[:-1] == listed
    back = [previous_pending(by_reference[reference], advisor) for reference in listed]
    assert back == [None, *listed[:-1]]


def test_after_the_newest_case_comes_what_waits_longest_of_the_rest(person, cases):
    advisor = person("advisor")
    assert next_pending(cases[2], advisor) == cases[0].reference
    for case in cases[:2]:
        decided(case)
    assert next_pending(cases[2], advisor) is None


def test_the_list_names_who_works_on_a_case_and_sets_names_apart(client_as, case_of, person):
    case = case_of("advisor", name="<i>محمد</i>")
    services.claim(case=case, by=person("manager"))
    page = client_as("advisor").get("/cases/?queue=all").content.decode()
    assert "<bdi>&lt;i&gt;محمد&lt;/i&gt;</bdi>" in page
    assert "</svg>manager</span>" in page


def test_the_list_opens_on_the_own_queue_with_who_waits_longest_first(client_as, case_of, cases):
    done, colleagues = decided(assessed(case_of("advisor"))), case_of("colleague")
    page = client_as("advisor").get("/cases/")
    assert listed_references(page) == [case.reference for case in cases]
    assert not {done.reference, colleagues.reference} & set(listed_references(page))
    assert re.findall(r'data-waiting="(\d+)"', page.content.decode()) == ["9", "6", "3"]


def test_a_manager_opens_on_proposals_escalations_and_contests_of_others(client_as, case_of, person, cases):
    advisor, manager = person("advisor"), person("manager")
    services.escalate(case=cases[2], reason="Too much for me to decide.", by=advisor)
    proposed = decided(assessed(case_of("advisor"), 0.4, "refuse"), status="proposed", override=True)
    contested = decided(assessed(case_of("advisor"), 0.3, "refuse"), "refuse")
    own = decided(assessed(case_of("manager"), 0.3, "refuse"), "refuse")
    for case in (contested, own):
        services.contest(case=case, client_statement="No.", received_on=timezone.localdate(), by=manager)
    waiting = {cases[2].reference, proposed.reference, contested.reference}
    assert listed(client_as("manager")) == waiting


def test_each_tab_counts_what_it_lists(client_as, case_of, person, cases):
    services.share(case=cases[1], by=person("advisor"))
    decided(assessed(case_of("advisor"), 0.4, "refuse"), status="proposed", override=True)
    case_of("advisor", submitted_at=days_ago(90))
    browser = client_as("advisor")
    page = browser.get("/cases/").content.decode()
    counts = dict(re.findall(r'data-queue="(\w+)">(\d+)<', page))
    assert counts == {queue: str(len(listed(browser, queue=queue))) for queue in counts}
    assert counts == {"to_decide": "4", "late": "1", "second": "1"} | dict.fromkeys(
        ("escalated", "contested", "snoozed"), "0"
    ) | {"shared": "1"}


def test_a_tab_counts_an_own_act_on_the_list_at_once(client_as, cases, person):
    """The counts are some seconds old otherwise."""
    browser, advisor = client_as("manager"), person("colleague")
    User.objects.filter(username="advisor").update(is_active=False)
    assert 'data-queue="unassigned">3<' in browser.get("/cases/").content.decode()
    browser.post("/cases/assign/", {"all": "1", "queue": "unassigned", "to": advisor.pk})
    assert Case.objects.filter(advisor=advisor).count() == 3
    assert 'data-queue="unassigned">0<' in browser.get("/cases/").content.decode()


def test_a_tab_counts_no_further_than_it_shows(client_as, cases, monkeypatch):
    monkeypatch.setattr(queue_tabs, "MAX_COUNT", 2)
    assert 'data-queue="to_decide">2+<' in client_as("advisor").get("/cases/").content.decode()


def test_a_search_looks_beyond_the_open_tab(client_as, case_of, cases):
    done = decided(assessed(case_of("advisor", reference="900001")))
    answer = client_as("advisor").post("/cases/", {"q": "900001", "queue": "late"})
    assert listed_references(answer) == [done.reference]


def test_an_auditor_who_decides_nothing_opens_on_every_case(client_as, case_of):
    done = decided(assessed(case_of("advisor")))
    page = client_as("auditor").get("/cases/")
    assert listed_references(page) == [done.reference]
    assert 'data-queue="to_decide"' not in page.content.decode()


def test_an_empty_queue_says_so_and_leads_to_every_case(client_as, case_of):
    decided(assessed(case_of("advisor")))
    page = client_as("advisor").get("/cases/").content.decode()
    assert "Nothing waits for you" in page
    assert 'href="/cases/?queue=all"' in page


def test_a_chip_names_its_filter_and_removes_it_alone(client_as, case_of):
    case_of("advisor")
    query = {"status": "pending", "credit_min": "1000", "queue": "late"}
    page = client_as("advisor").get("/cases/", query).content.decode()
    chips = re.findall(r'class="chip" href="([^"]+)">([^<\n]+)\n', page)
    assert chips == [
        ("/cases/?queue=late&amp;credit_min=1000", "Status: To decide"),
        ("/cases/?status=pending&amp;queue=late", "Credit from: €1,000"),
    ]
