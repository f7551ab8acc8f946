"""The clock of the demo: what a bank did in the past is recorded at the time of that day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from django.utils import timezone


class Clock(Protocol):
    """A clock that somebody sets."""

    moment: datetime


class _SetClock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@contextmanager
def clock_at(moment: datetime) -> Iterator[Clock]:
    """Let this process read `moment` on its clock, and whatever it is set to, until the block ends."""
    clock, real_now = _SetClock(moment), timezone.now
    _use(clock)
    try:
        yield clock
    finally:
        _use(real_now)


def _use(now: Callable[[], datetime]) -> None:
    timezone.now = now
