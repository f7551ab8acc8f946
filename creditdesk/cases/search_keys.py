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
        text = self._filter.sent["q"].strip()
        if part.start or not self._filter.is_term_alone or search.client_with_number(text) is not None:
            return list(self._filter.qs.values_list("pk", flat=True)[part])
        keys = self._visible(search.as_typed(text), part.stop)
        if not keys and search.may_forgive(text):
            keys = self._visible(search.forgiving(text), part.stop)
        return keys

    def _visible(self, matches: search.Matches, size: int) -> list[int]:
        """Keys of the first matching cases that the user may see."""
        if matches.clients is None:
            newest = matches.among(self._filter.visible).order_by(*ordering(NEWEST_FIRST))
            return list(newest.values_list("pk", flat=True)[:size])
        clients, cases = search.padded(matches.clients), search.padded(matches.cases)
        query = _visible_query(self._filter.user.role, len(clients), len(cases), size)
        return [key for (key,) in query.all(self._filter.user.pk, *clients, *cases)]


@lru_cache(maxsize=MAX_QUERIES)
def _visible_query(role: str, clients: int, cases: int, size: int) -> PreparedRows:
    def rows(pk: int, *keys: int):  # type: ignore[no-untyped-def]
        match = Q(client__in=keys[:clients]) | Q(pk__in=keys[clients:])
        visible = Case.objects.visible_to(User(pk=pk, role=role)).filter(match)
        return visible.order_by(*ordering(NEWEST_FIRST)).values_list("pk")[:size]

    return PreparedRows(rows, *(ANYBODY - at for at in range(1 + clients + cases)))
