"""Counts of the cases of every queue, and of unread notifications: queries whose SQL is written once.

Django needs half of the time of the whole list to write the seven queries; SQLite answers in a tenth of it.
"""

import json
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from functools import cache
from itertools import chain, islice
from typing import Final, Generic, NamedTuple, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from accounts.models import User
from accounts.prepared_queries import ANYBODY, Prepared, RowCount
from creditdesk.cases.queues import counted_parts
from creditdesk.models import Notification
from creditdesk.models.case import CaseQuerySet

P = TypeVar("P")
SECONDS_KEPT: Final = 10


def queue_counts(user: User, queues: Sequence[str], limit: int) -> dict[str, int]:
    """The cases of each queue that the user may see, counted up to `limit`."""
    query, sizes = _query(user.role, tuple(queues), limit)
    counts = iter(query.first(user.pk) or ())
    return {queue: min(sum(islice(counts, size)), limit) for queue, size in zip(queues, sizes, strict=True)}


def recent_queue_counts(user: User, queues: Sequence[str], limit: int) -> dict[str, int]:
    """The same, at most some seconds old: for what stands on every page."""
    key = _key(user)
    stored = caches["fragments"].get(key)
    counts: dict[str, int] = json.loads(stored) if stored else {}
    if counts.keys() != set(queues):
        counts = queue_counts(user, queues, limit)
        caches["fragments"].set(key, json.dumps(counts), SECONDS_KEPT)
    return counts


def forget_queue_counts(user: User) -> None:
    """Count anew at the next look: this person has just changed something."""
    caches["fragments"].delete(_key(user))


def _key(user: User) -> str:
    return f"queues:{user.pk}:{user.role}"


class Circumstances(NamedTuple):
    """What a queue depends on besides the person and their role: the day, and which claims still hold.

    A claim that expires is noticed within a minute.
    """

    today: date
    minute: datetime
    decision_days: int
    claim_hours: float


def circumstances() -> Circumstances:
    minute = timezone.now().replace(second=0, microsecond=0)
    return Circumstances(timezone.localdate(), minute, settings.DECISION_DAYS, settings.CLAIM_HOURS)


class OfTheMinute(Generic[P]):
    """Prepared queries that depend on the circumstances; those of the minute before are dropped.

    Each thread holds the SQL of each: of an hour's minutes they would be a tenth of the memory.
    """

    MAX_QUERIES: Final = 32

    def __init__(self, prepare: Callable[..., P]) -> None:
        self._prepare = prepare
        self._queries: tuple[Circumstances | None, dict[Hashable, P]] = (None, {})

    def __call__(self, *key: Hashable) -> P:
        """Return the query for these arguments of `prepare`, as it is at present."""
        at, queries = self._queries
        now = circumstances()
        if at == now and key in queries:
            return queries[key]
        if at != now or len(queries) >= self.MAX_QUERIES:
            queries = {}
            self._queries = now, queries
        query = queries[key] = self._prepare(*key)
        return query

    @property
    def size(self) -> int:
        """The number of queries at hand."""
        return len(self._queries[1])

    def forget(self) -> None:
        """Prepare every query anew at the next look."""
        self._queries = None, {}


@OfTheMinute
def _query(role: str, queues: tuple[str, ...], limit: int) -> tuple[Prepared, list[int]]:
    """Return the query of the counts of every part, and of how many parts each queue is made."""

    def parts(pk: int) -> list[list[CaseQuerySet]]:
        person = User(pk=pk, role=role)
        return [counted_parts(person, queue) for queue in queues]

    def rows(pk: int):  # type: ignore[no-untyped-def]
        counted = [RowCount(cases.values("pk")[:limit]) for cases in chain(*parts(pk))]
        return User.objects.filter(pk=pk).values_list(*counted)

    return Prepared(rows, ANYBODY), [len(of_queue) for of_queue in parts(ANYBODY)]


def unread_count(user: User) -> int:
    """How many unread notifications this person has, of cases that they may still see."""
    (count,) = _unread_query(user.role).first(user.pk) or (0,)
    return int(count)


@cache
def _unread_query(role: str) -> Prepared:
    def rows(pk: int):  # type: ignore[no-untyped-def]
        unread = Notification.objects.visible_to(User(pk=pk, role=role)).unread()
        return User.objects.filter(pk=pk).values_list(RowCount(unread.order_by().values("pk")))

    return Prepared(rows, ANYBODY)
