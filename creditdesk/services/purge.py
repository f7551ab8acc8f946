"""Purge of what has expired: sessions, drafts, stored API answers, old runs of the schedule."""

from datetime import timedelta
from typing import Final, NamedTuple

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
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
        drafts=Draft.objects.expired().delete()[0],
        answers=StoredAnswer.objects.expired().delete()[0],
        runs=ScheduledRun.objects.older_than(now - RUNS_STAY).delete()[0]
        + WorkerBeat.objects.filter(seen_at__lt=now - BEATS_STAY).delete()[0],
    )


@transaction.atomic
def _purge_sessions() -> int:
    """Sessions, and their entries on the page where a person sees their own."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
    live = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=live).delete()
    return expired
