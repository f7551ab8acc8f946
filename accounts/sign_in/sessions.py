"""The life of a session: how old it may get, how long it may rest, and who may end it."""

import time
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User
from accounts.row_keys import row_key

SIGNED_IN_AT: Final = "signed_in_at"
SEEN_AT: Final = "seen_at"
# What accounts.oidc.session stores in a session by the directory.
DIRECTORY: Final = "oidc"
# The clocks of two machines may differ by so much.
CLOCK_SECONDS: Final = 60


def start(session: SessionBase) -> None:
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())


def limit_passed(session: SessionBase) -> str:
    """Which limit this session has passed: "idle", "absolute", or none."""
    if not is_within(session[SIGNED_IN_AT], settings.SESSION_COOKIE_AGE):
        return "absolute"
    return "" if is_within(session[SEEN_AT], settings.SESSION_IDLE_SECONDS) else "idle"


def is_within(moment: float, seconds: float) -> bool:
    """Whether a moment is so many seconds ago at most. One ahead of the clock is not: it was noted before the
    clock was set back, and would count for as long as the clock was wrong."""
    return -CLOCK_SECONDS <= time.time() - moment <= seconds


def needs_note(session: SessionBase) -> bool:
    """Whether the time of last use is old enough to be written again: not on every request."""
    return bool(time.time() - session[SEEN_AT] > settings.SESSION_IDLE_SECONDS / 15)


def note_use(request: HttpRequest) -> None:
    request.session[SEEN_AT] = int(time.time())
    UserSession.objects.create_from_request(request)


def directory_uid(session: SessionBase) -> str:
    """The subject whom the directory has signed in, in a session by the directory."""
    return str(session.get(DIRECTORY, {}).get("uid", ""))


def forget_directory(session: SessionBase) -> None:
    session.pop(DIRECTORY, None)


def end_session(user: User, number: str) -> int:
    """End that session of `user`; whether there was one, as a number."""
    sessions = UserSession.objects.filter(user=user, pk=row_key(number))
    for session in sessions:
        session.end()
    return len(sessions)


def end_sessions(user: User, *, keep: str | None = None) -> int:
    """End the sessions of `user`, except the one with the key `keep`; how many there were."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=keep)
    for session in sessions:
        session.end()
    return len(sessions)
