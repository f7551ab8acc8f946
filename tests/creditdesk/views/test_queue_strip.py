"""Queues on every page of who decides cases, counted at most every few seconds."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from creditdesk import services
from creditdesk.cases.queue_counts import queue_counts, recent_queue_counts
from tests.factories import decided
from tests.html import HTMX

pytestmark = pytest.mark.django_db
STRIP = re.compile(r'data-queue="(\w+)">[^<]+<strong>(\d+)\+?</strong>')


def strip(page) -> dict[str, int]:
    return {queue: int(size) for queue, size in STRIP.findall(page.content.decode())}


@pytest.fixture
def cases(case_of):
    cases = [case_of("advisor") for _ in range(3)]
    decided(cases[2], status="proposed", override=True)
    return cases


@pytest.mark.parametrize("page", ["absences", "help", "about_model", "notifications"])
def test_every_page_of_an_advisor_counts_what_waits(client_as, model_in_use, cases, person, page):
    shown = strip(client_as("advisor").get(reverse(page)))
    counts = queue_counts(person("advisor"), ["to_decide", "second"], 100)
    assert shown == counts == {"to_decide": 2, "second": 1}


def test_who_decides_nothing_has_no_strip_and_the_list_has_its_tabs(client_as, model_in_use, cases):
    assert "queue-strip" not in client_as("auditor").get(reverse("help")).content.decode()
    assert 'id="queue-strip"' not in client_as("advisor").get(reverse("case_list")).content.decode()


def test_an_own_act_is_counted_at_once_in_the_answer_itself(client_as, model_in_use, cases):
    browser = client_as("advisor")
    assert strip(browser.get(cases[0].get_absolute_url()))["to_decide"] == 2
    answer = browser.post(
        reverse("case_withdraw", args=[cases[0].reference]),
        {"channel": "phone", "received_on": timezone.localdate(cases[0].submitted_at).isoformat()},
        headers=HTMX,
    )
    assert answer.status_code == 200
    assert strip(answer)["to_decide"] == 1
    assert 'hx-swap-oob="true"' in answer.content.decode()


def test_the_counts_of_a_person_are_one_query_in_some_seconds(cases, person, django_assert_num_queries):
    advisor, manager = person("advisor"), person("manager")
    with django_assert_num_queries(1):
        first = recent_queue_counts(advisor, ["to_decide"], 100)
    services.snooze(
        case=cases[0], until_on=timezone.localdate() + timedelta(days=1), reason="Payslips.", by=advisor
    )
    with django_assert_num_queries(0):
        assert recent_queue_counts(advisor, ["to_decide"], 100) == first
    with django_assert_num_queries(1):
        assert recent_queue_counts(manager, ["to_decide"], 100) == {"to_decide": 1}
    caches["fragments"].clear()
    assert recent_queue_counts(advisor, ["to_decide"], 100) == {"to_decide": 1}


def test_the_look_for_notifications_brings_the_counts_too(client_as, cases):
    page = client_as("advisor").get(reverse("notification_count"))
    assert strip(page)["to_decide"] == 2
    assert 'hx-swap-oob="true"' in page.content.decode()
