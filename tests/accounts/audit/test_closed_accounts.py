"""No act of an account comes after the event that closed it, whichever act it is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.audit import Act, Action, group_commit, record, record_together
from accounts.audit.recording import record_all
from accounts.models import AuditEvent, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def recorded(action: Action, by: User) -> None:
    with transaction.atomic():
        record(action=action, actor=by, target="500001")


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "auditor"}])
def test_nothing_is_recorded_for_whom_the_request_began_as_somebody_who_may(change):
    advisor = UserFactory(username="advisor")
    recorded(Action.NOTE, advisor)
    User.objects.filter(pk=advisor.pk).update(**change)
    with pytest.raises(PermissionDenied):
        recorded(Action.NOTE, advisor)
    assert AuditEvent.objects.count() == 1
    recorded(Action.SESSION_ENDED, advisor)
    assert AuditEvent.objects.count() == 2


def test_of_several_acts_one_of_a_closed_account_undoes_all():
    advisor, leaver = UserFactory(username="advisor"), UserFactory(username="leaver")
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    with pytest.raises(PermissionDenied), transaction.atomic():
        record_all([Act(Action.NOTE, advisor), Act(Action.NOTE, leaver)])
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_closed_account_keeps_no_other_act_of_the_same_commit_from_the_log(monkeypatch):
    """The first holds the turn until two more wait, one of them of an account that was closed."""
    advisor, leaver = UserFactory(username="advisor"), UserFactory(username="leaver")
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    begun, go_on = Event(), Event()

    def write(acts):
        if acts[0].target == "first":
            begun.set()
            go_on.wait()
        return record_all(acts)

    def answer(by: User, target: str) -> str:
        try:
            record_together(Act(Action.API_ANSWER, by, target))
        except PermissionDenied:
            return "refused"
        finally:
            connection.close()
        return "recorded"

    monkeypatch.setattr(group_commit, "record_all", write)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(answer, advisor, "first")
        begun.wait()
        later = [threads.submit(answer, leaver, "leaver"), threads.submit(answer, advisor, "later")]
        while len(group_commit._waiting) < 2:
            sleep(0.001)
        go_on.set()
        assert [first.result(), *(act.result() for act in later)] == ["recorded", "refused", "recorded"]
    assert sorted(AuditEvent.objects.values_list("target", flat=True)) == ["first", "later"]
