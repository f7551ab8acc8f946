"""Keys of the cases that a search finds, by a query whose SQL is written once.

It serves a term alone, in the order in which a search opens: what is typed, letter by letter. Django needs
longer to write the SQL than SQLite to answer it.
"""

from functools import lru_cache
from typing import Final

from django.db.models import Q

from accounts.models import User
from accounts.prepared_queries import ANYBODY, PreparedRows
from creditdesk.cases import search
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.sorting import NEWEST_FIRST, ordering
from creditdesk.models import Case

# Lists of keys have lengths of powers of two: few statements serve almost every search.
MAX_QUERIES: Final = 32


class SearchKeys:
    """What a paginator needs of the keys: the first of them."""

    def __init__(self, case_filter: CaseFilter) -> None:
        self._filter = case_filter

    def __getitem__(self, part: slice) -> list[int]:
        keys = None if part.start else self._first(part.stop)
        return list(self._filter.qs.values_list("pk", flat=True)[part]) if keys is None else keys

    def _first(self, size: int) -> list[int] | None:
        """None where the number of the bank's, other filters or many matches take a query of their own."""
        text = self._filter.sent["q"].strip()
        if not self._filter.is_term_alone or search.client_with_number(text) is not None:
            return None
        keys = _visible(self._filter.user, search.as_typed(text), size)
        if keys == [] and search.may_forgive(text):
            keys = _visible(self._filter.user, search.forgiving(text), size)
        return keys


def _visible(user: User, matches: search.Matches, size: int) -> list[int] | None:
    if matches.clients is None:
        return None
    clients, cases = search.padded(matches.clients), search.padded(matches.cases)
    query = _visible_query(user.role, len(clients), len(cases), size)
    return [key for (key,) in query.all(user.pk, *clients, *cases)]


@lru_cache(maxsize=MAX_QUERIES)
def _visible_query(role: str, clients: int, cases: int, size: int) -> PreparedRows:
    def rows(pk: int, *keys: int):  # type: ignore[no-untyped-def]
        match = Q(client__in=keys[:clients]) | Q(pk__in=keys[clients:])
        visible = Case.objects.visible_to(User(pk=pk, role=role)).filter(match)
        return visible.order_by(*ordering(NEWEST_FIRST)).values_list("pk")[:size]

    return PreparedRows(rows, *(ANYBODY - at for at in range(1 + clients + cases)))
