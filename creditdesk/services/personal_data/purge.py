"""Purge of what has expired: sessions, drafts, stored API answers, old runs of the schedule."""

from datetime import timedelta
from typing import Any, Final, NamedTuple

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from creditdesk.models import Draft, ScheduledRun, StoredAnswer, WorkerBeat

RUNS_STAY: Final = timedelta(days=400)
BEATS_STAY: Final = timedelta(days=7)


class Purged(NamedTuple):
    """How many of each were deleted."""

    sessions: int
    drafts: int
    answers: int
    runs: int


def purge() -> Purged:
    """Delete what has expired, kind by kind. Not audited: nothing of it is evidence."""
    now = timezone.now()
    return Purged(
        sessions=_purge_sessions(),
        drafts=_delete(Draft.objects.expired()),
        answers=_delete(StoredAnswer.objects.expired()),
        runs=ScheduledRun.objects.older_than(now - RUNS_STAY).delete()[0]
        + WorkerBeat.objects.filter(seen_at__lt=now - BEATS_STAY).delete()[0],
    )


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows with their data keys; how many rows."""
    return rows.delete()[1].get(rows.model._meta.label, 0)


@transaction.atomic
def _purge_sessions() -> int:
    """Sessions, and their entries on the page where a person sees their own."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
    live = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=live).delete()
    return expired
