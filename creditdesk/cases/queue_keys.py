"""Keys of the cases of a queue, page by page, by queries whose SQL is written once.

Django needs longer to write the SQL of a queue than SQLite to answer it.
"""

from typing import Any, Final

from accounts.models import User
from accounts.prepared_queries import ANYBODY, Prepared, PreparedRows, RowCount
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.queue_counts import OfTheMinute
from creditdesk.cases.queues import EVERY_CASE, counted_parts, first_cases
from creditdesk.cases.search_keys import SearchKeys
from creditdesk.cases.sorting import NEWEST_FIRST, ordering

# Beyond, a queue says "more than": as many as may be assigned at once.
MAX_COUNTED: Final = 1_000


class QueueKeys:
    """What a paginator needs of the keys: their number, and those of a page."""

    ordered = True

    def __init__(self, user: User, queue: str, sort: str) -> None:
        self._user, self._queue, self._sort = user, queue, sort

    def count(self) -> int:
        """The number of cases, of a queue up to one more than the largest that is shown."""
        query = _count_query(self._user.role, self._queue)
        counted: int = sum(query.first(self._user.pk) or ())
        return counted if self._queue == EVERY_CASE else min(counted, MAX_COUNTED + 1)

    @property
    def count_limit(self) -> int | None:
        return None if self._queue == EVERY_CASE else MAX_COUNTED

    def __getitem__(self, part: slice) -> list[int]:
        query = _page_query(self._user.role, self._queue, self._sort, part.start, part.stop)
        return [key for (key,) in query.all(self._user.pk)]


def sees_a_case(user: User) -> bool:
    """Whether this person sees any case at all."""
    return bool(QueueKeys(user, EVERY_CASE, NEWEST_FIRST)[0:1])


def listed_keys(case_filter: CaseFilter) -> Any:
    """Return the keys of the cases that the list shows, in its order, as a paginator takes them."""
    if case_filter.searches and not case_filter.errors:
        return SearchKeys(case_filter)
    if case_filter.narrows or case_filter.errors:
        # Keys first: sorting 65,000 keys takes a fraction of sorting as many whole rows.
        return case_filter.qs.values_list("pk", flat=True)
    return QueueKeys(case_filter.user, case_filter.current_queue, case_filter.sort_in_force)


@OfTheMinute
def _count_query(role: str, queue: str) -> Prepared:
    def rows(pk: int):  # type: ignore[no-untyped-def]
        parts = [cases.values("pk") for cases in counted_parts(User(pk=pk, role=role), queue)]
        if queue != EVERY_CASE:
            parts = [part[: MAX_COUNTED + 1] for part in parts]
        return User.objects.filter(pk=pk).values_list(*map(RowCount, parts))

    return Prepared(rows, ANYBODY)


@OfTheMinute
def _page_query(role: str, queue: str, sort: str, start: int, stop: int) -> PreparedRows:
    def rows(pk: int):  # type: ignore[no-untyped-def]
        person = User(pk=pk, role=role)
        cases = first_cases(person, queue, ordering(sort, queue, person), stop)
        return cases.values_list("pk")[start:stop]

    return PreparedRows(rows, ANYBODY)
