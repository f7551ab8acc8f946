"""Counts of the cases of every queue, in one query whose SQL is written once.

Django needs half of the time of the whole list to write the seven queries; SQLite answers in a tenth of it.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.cache import caches
from django.db.models import IntegerField, Subquery
from django.utils import timezone

from accounts.models import User
from accounts.prepared_queries import Prepared
from creditdesk.cases.filters import queue_of
from creditdesk.models import Case

SECONDS_KEPT: Final = 10
_ANYBODY: Final = -7_000_000_003


class _Count(Subquery):
    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    # A queue that is empty for certain needs no query.
    empty_result_set_value = 0


def queue_counts(user: User, queues: Sequence[str], limit: int) -> dict[str, int]:
    """The cases of each queue that the user may see, counted up to `limit`."""
    # A claim that expires is noticed within a minute.
    minute = timezone.now().replace(second=0, microsecond=0)
    query = _query(user.role, tuple(queues), limit, timezone.localdate(), settings.DECISION_DAYS, minute)
    counts = query.first(user.pk) or ()
    return dict(zip(queues, counts, strict=True))


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


# What a queue shows depends on the role, the person, the day, how long a decision may take, and which claims
# still hold.
@lru_cache(maxsize=64)
def _query(
    role: str, queues: tuple[str, ...], limit: int, today: date, decision_days: int, minute: datetime
) -> Prepared:
    def rows(pk: int):  # type: ignore[no-untyped-def]
        person = User(pk=pk, role=role)
        visible = Case.objects.visible_to(person)
        counted = [queue_of(visible, queue, person).order_by().values("pk")[:limit] for queue in queues]
        return User.objects.filter(pk=pk).values_list(*map(_Count, counted))

    return Prepared(rows, _ANYBODY)
