import re
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from creditdesk.cases import queue_keys
from creditdesk.cases.queue_counts import queue_counts
from creditdesk.cases.queue_keys import QueueKeys
from creditdesk.cases.queues import EVERY_CASE, QUEUES, first_cases, queue_of
from creditdesk.cases.sorting import ordering
from creditdesk.models import Case, Claim, Contest, Team, TeamMembership, TeamReferral
from creditdesk.models.case_keys import case_keys
from creditdesk.views import case_list
from tests.factories import decided

pytestmark = pytest.mark.django_db
NAMES = [queue for queue, _ in QUEUES if queue != EVERY_CASE]


@pytest.fixture
def cases(case_of, person):
    """Cases of two advisors, so that every queue of somebody differs from that of somebody else."""
    for advisor in ("advisor", "colleague"):
        person(advisor)
        case_of(advisor)
        case_of(advisor, submitted_at=timezone.now() - timedelta(days=90))
        case_of(advisor, shared_at=timezone.now())
        decided(case_of(advisor), status="proposed", override=True)
        decided(case_of(advisor))


@pytest.mark.parametrize("name", ["advisor", "colleague", "manager", "auditor", "analyst"])
def test_counts_are_those_of_the_queues_a_person_sees(cases, person, name, django_assert_num_queries):
    user = person(name)
    visible = Case.objects.visible_to(user)
    expected = {queue: queue_of(visible, queue, user).distinct().count() for queue in NAMES}
    for _ in range(2):
        with django_assert_num_queries(1):
            assert queue_counts(user, NAMES, 100) == expected
    assert any(expected.values()) == (name != "analyst")


@pytest.fixture
def work_of_several(cases, case_of, person) -> None:
    """Claims, referrals to a team and late contests, on cases that the advisor sees and that they do not."""
    advisor, colleague = person("advisor"), person("colleague")
    mine = Team.objects.create(name="North", made_by=person("manager"))
    elsewhere = Team.objects.create(name="South", made_by=person("manager"))
    for team, member in ((mine, advisor), (elsewhere, colleague)):
        TeamMembership.objects.create(team=team, member=member, added_by=person("manager"))
    for holder in (advisor, colleague):
        for shared_at in (None, timezone.now()):
            Claim.objects.create(case=case_of("colleague", shared_at=shared_at), held_by=holder)
        for team in (mine, elsewhere):
            case = case_of("colleague")
            TeamReferral.objects.create(case=case, team=team, referred_by=colleague)
            Claim.objects.create(case=case, held_by=holder)
            TeamReferral.objects.create(case=case_of("advisor"), team=team, referred_by=holder)
    for owner in ("advisor", "colleague"):
        case = decided(case_of(owner))
        Contest.objects.create(
            case=case,
            decision=case.decisions.get(),
            decided_by=person(owner),
            client_statement="My income is wrong.",
            received_on=timezone.localdate() - timedelta(days=40),
            due_on=timezone.localdate() - timedelta(days=1),
            opened_by=person(owner),
        )


@pytest.mark.parametrize("name", ["advisor", "colleague", "manager"])
def test_what_is_looked_up_once_is_counted_and_listed_as_in_each_part_of_the_scope(
    work_of_several, person, name
):
    user = person(name)
    visible = Case.objects.visible_to(user)
    for queue in NAMES:
        expected = set(queue_of(visible, queue, user).values_list("pk", flat=True))
        keys = QueueKeys(user, queue, "submitted")
        assert sorted(keys[0:100]) == sorted(expected), queue
        assert queue_counts(user, [queue], 100) == {queue: len(expected)}


@pytest.mark.parametrize("name", ["advisor", "colleague", "manager", "auditor", "analyst"])
def test_each_page_of_a_queue_holds_what_the_whole_queue_has_there(cases, person, name):
    user = person(name)
    visible = Case.objects.visible_to(user)
    for queue, _label in QUEUES:
        for sort in ("submitted", "-submitted", "-credit"):
            whole = queue_of(visible, queue, user).order_by(*ordering(sort, queue, user))
            expected = list(whole.distinct().values_list("pk", flat=True))
            keys = QueueKeys(user, queue, sort)
            assert keys.count() == len(expected), queue
            assert keys[0:3] + keys[3:20] == expected, (queue, sort)


@pytest.mark.parametrize(
    ("name", "queue", "index"),
    [
        ("advisor", "to_decide", "case_pending_of_advisor"),
        ("advisor", "late", "case_pending_of_advisor"),
        ("manager", "late", "case_pending"),
        ("manager", "unclaimed", "case_pending"),
        ("manager", "second", "decision_waiting"),
        ("manager", "escalated", "one_escalation_at_a_time"),
    ],
)
def test_a_queue_is_read_by_its_index_and_not_by_a_walk_over_all_cases(person, name, queue, index):
    if connection.vendor != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on the rows that it has counted")
    cases = first_cases(person(name), queue, ordering("submitted"), 20).values("pk")[:20]
    plan = cases.explain()
    assert f"INDEX {index}" in plan
    walks = [line for line in plan.splitlines() if re.search(r"SCAN \w+( USING|$)", line)]
    assert [line for line in walks if " USING " not in line or "case_by_date" in line] == [], plan


def test_open_contests_are_looked_up_first_after_many_more_cases_came_than_were_counted(cases, person):
    """Statistics are those of the day when they were made: of a desk of a few cases, without a contest."""
    if connection.vendor != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on the rows that it has counted")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = case_keys(Contest.objects.unanswered()).explain()
    walks = [line for line in plan.splitlines() if "SCAN" in line]
    assert ["INDEX one_contest_at_a_time" in walk for walk in walks] == [True], plan


def test_a_longer_queue_says_more_than_and_offers_no_bulk_over_what_is_not_counted(
    cases, client_as, monkeypatch
):
    monkeypatch.setattr(queue_keys, "MAX_COUNTED", 3)
    monkeypatch.setattr(case_list, "PAGE_SIZE", 2)
    queue_keys._count_query.forget()
    page = client_as("manager").get("/cases/", {"queue": "unclaimed"})
    queue_keys._count_query.forget()
    assert page.context["page"].paginator.count == 4
    assert "more than 3 cases" in page.content.decode()
    assert 'name="all"' not in page.content.decode()
    every = client_as("manager").get("/cases/", {"queue": "all"})
    assert every.context["page"].paginator.count == Case.objects.count() == 10
    assert "10 cases" in every.content.decode()


def test_a_count_ends_at_the_limit(cases, person):
    assert queue_counts(person("manager"), ["unclaimed"], 3) == {"unclaimed": 3}


def test_queries_of_the_minute_before_and_of_many_pages_are_dropped(person, monkeypatch):
    user, now = person("manager"), timezone.now()
    for page in range(3 * queue_keys._page_query.MAX_QUERIES):
        QueueKeys(user, "unclaimed", "submitted")[page : page + 1]
        assert 0 < queue_keys._page_query.size <= queue_keys._page_query.MAX_QUERIES
    full = queue_keys._page_query("manager", "unclaimed", "submitted", page, page + 1)
    assert queue_keys._page_query("manager", "unclaimed", "submitted", page, page + 1) is full
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=1))
    QueueKeys(user, "unclaimed", "submitted")[0:1]
    assert queue_keys._page_query.size == 1


def test_a_case_becomes_late_overnight(case_of, person, monkeypatch, settings):
    last_day = timezone.localdate() - timedelta(days=settings.DECISION_DAYS)
    case_of("advisor", submitted_at=timezone.make_aware(datetime.combine(last_day, time(12))))
    assert queue_counts(person("manager"), ["late"], 9) == {"late": 0}
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    assert queue_counts(person("manager"), ["late"], 9) == {"late": 1}
