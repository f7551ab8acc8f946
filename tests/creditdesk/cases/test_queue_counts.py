from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from creditdesk.cases.queue_counts import queue_counts
from creditdesk.cases.queues import EVERY_CASE, QUEUES, queue_of
from creditdesk.models import Case
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


def test_a_count_ends_at_the_limit(cases, person):
    assert queue_counts(person("manager"), ["unclaimed"], 3) == {"unclaimed": 3}


def test_a_case_becomes_late_overnight(case_of, person, monkeypatch, settings):
    last_day = timezone.localdate() - timedelta(days=settings.DECISION_DAYS)
    case_of("advisor", submitted_at=timezone.make_aware(datetime.combine(last_day, time(12))))
    assert queue_counts(person("manager"), ["late"], 9) == {"late": 0}
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: tomorrow)
    assert queue_counts(person("manager"), ["late"], 9) == {"late": 1}
