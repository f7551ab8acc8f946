"""Case list: its columns, its pages and the filters in use."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.prepared_queries import ANYBODY, PreparedObjects
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.queue_keys import QueueKeys
from creditdesk.cases.queues import EVERY_CASE
from creditdesk.cases.search_keys import SearchKeys
from creditdesk.forms.case_list import ColumnsForm, SavedViewForm
from creditdesk.models import Case, SavedView
from scoring.presentation import formatting

# Nobody pages through more results than this; counting a longer search to its end would cost more than its
# first page.
MAX_RESULTS: Final = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list and the order that a click on it selects."""

    sort: str
    label: str | Promise
    current_sort: str = ""
    largest_first: bool = False

    @property
    def direction(self) -> str:
        return {self.sort: "ascending", f"-{self.sort}": "descending"}.get(self.current_sort, "")

    @property
    def next_sort(self) -> str:
        descending = self.direction == "ascending" or (self.largest_first and not self.direction)
        return f"-{self.sort}" if descending else self.sort


COLUMNS: Final = (
    Column("reference", _("Reference")),
    Column("client", _("Client")),
    Column("contract", _("Contract")),
    Column("credit", _("Credit"), largest_first=True),
    Column("submitted", _("Waiting"), largest_first=True),
    Column("due", _("Due")),
    Column("probability", _("Verdict"), largest_first=True),
    Column("closeness", _("From the threshold")),
    Column("advisor", _("Advisor")),
)
# Shown to who has not chosen: the list says by its order what is due, and by a mark what is late.
HIDDEN_AT_FIRST: Final = frozenset({"due", "closeness"})
ALWAYS_SHOWN: Final = "reference"


class SearchPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a search, read by one query up to the first case beyond the largest count that is shown."""

    def __init__(self, keys: QuerySet[Case, int] | SearchKeys, per_page: int) -> None:
        super().__init__(list(keys[: MAX_RESULTS + 1]), per_page)


def count_limit(paginator: Paginator) -> int | None:  # type: ignore[type-arg]
    """Return the largest count that is shown where there are more cases, None where all are counted."""
    cases: object = paginator.object_list
    limit = cases.count_limit if isinstance(cases, QueueKeys) else None
    if isinstance(paginator, SearchPaginator):
        limit = MAX_RESULTS
    return limit if limit is not None and paginator.count > limit else None


class Chip(NamedTuple):
    """A filter in use, and the address of the list without it."""

    label: str
    value: str
    without: str


def chips(case_filter: CaseFilter) -> list[Chip]:
    """Return a chip per filter of the panel that is in use."""
    return [
        Chip(str(field.label), _value(field), _address_without(case_filter, field.name))
        for field in case_filter.panel
        if field.name in case_filter.sent and not field.errors
    ]


def _value(field: BoundField) -> str:
    value = field.form.cleaned_data[field.name]
    if isinstance(value, bool):
        return gettext("yes")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, Decimal):
        return formatting.money(float(value))
    labels = {str(code): label for code, label in getattr(field.field, "choices", ())}
    return str(labels.get(str(value), value))


def _address_without(case_filter: CaseFilter, name: str) -> str:
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in case_filter.active.items() if key != name})
    query.setdefault("queue", EVERY_CASE)
    return f"{reverse('case_list')}?{query.urlencode()}"


def columns(case_filter: CaseFilter) -> list[Column]:
    """Return the columns that the user has chosen, with the order of the list."""
    chosen = case_filter.user.hidden_columns
    hidden = HIDDEN_AT_FIRST if chosen is None else chosen
    return [
        replace(column, current_sort=case_filter.sort_in_force)
        for column in _columns_of(case_filter)
        if column.sort == ALWAYS_SHOWN or column.sort not in hidden
    ]


def column_choices(case_filter: CaseFilter) -> list[tuple[str, object]]:
    """Return the columns among which this user may choose."""
    return [(column.sort, column.label) for column in _columns_of(case_filter) if column.sort != ALWAYS_SHOWN]


def _columns_of(case_filter: CaseFilter) -> list[Column]:
    return [column for column in COLUMNS if column.sort != "advisor" or case_filter.shows_advisor]


def list_tools(case_filter: CaseFilter) -> dict[str, object]:
    """Return what stands beside the list: saved views, and the forms of a view and of the columns."""
    choices, shown = column_choices(case_filter), [column.sort for column in columns(case_filter)]
    return {
        "saved_views": _SAVED_VIEWS.all(case_filter.user.pk),
        # Made where they are rendered, which the template does once for each choice of columns.
        "view_form": cache(SavedViewForm),
        "columns_form": cache(lambda: ColumnsForm(choices=choices, shown=shown)),
        "columns_key": (case_filter.shows_advisor, *shown),
    }


_SAVED_VIEWS: Final = PreparedObjects[SavedView](
    lambda pk: SavedView.objects.visible_to(User(pk=pk)).select_related("owner"), ANYBODY
)
