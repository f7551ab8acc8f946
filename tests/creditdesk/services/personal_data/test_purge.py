"""Purge: what has expired goes, what has not stays."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from creditdesk.models import Draft, ScheduledRun
from creditdesk.services.personal_data.purge import purge

pytestmark = pytest.mark.django_db


def test_only_what_has_expired_is_deleted(client_as, person):
    advisor, now = person("advisor"), timezone.now()
    browsers = [client_as("advisor"), client_as("manager")]
    keys = [browser.session.session_key for browser in browsers]
    for browser, key in zip(browsers, keys, strict=True):
        assert browser.get("/help/").status_code == 200
        UserSession.objects.get_or_create(
            session_key=key, defaults={"user": advisor, "ip": "127.0.0.1", "user_agent": "", "data": {}}
        )
    Session.objects.filter(pk=keys[0]).update(expire_date=now - timedelta(seconds=1))
    drafts = [Draft.objects.create(by=advisor, answers={}) for _ in range(2)]
    Draft.objects.filter(pk=drafts[0].pk).update(saved_at=now - timedelta(days=31))
    for days in (10, 500):
        moment = now - timedelta(days=days)
        ScheduledRun.objects.create(
            job="purge", due_at=moment, started_at=moment, beat_at=moment, ended_at=moment, outcome="failed"
        )
    assert purge() == (1, 1, 0, 1)
    assert list(Session.objects.values_list("pk", flat=True)) == keys[1:]
    assert not UserSession.objects.filter(session_key=keys[0]).exists()
    assert UserSession.objects.filter(session_key=keys[1]).exists()
    assert Draft.objects.get() == drafts[1]
    assert ScheduledRun.objects.count() == 1
    assert purge() == (0, 0, 0, 0)
