"""Case list: its columns, its pages, and the rows of one page with what the marks of a case need."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple, Protocol, cast

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.prepared_queries import ANYBODY, PreparedObjects, PreparedRows
from creditdesk.cases.filters import ENDED, CaseFilter
from creditdesk.cases.queue_counts import queue_counts, recent_queue_counts
from creditdesk.cases.queue_keys import QueueKeys
from creditdesk.cases.queues import EVERY_CASE, QUEUES, TO_DECIDE, UNASSIGNED
from creditdesk.forms.case_list import ColumnsForm, SavedViewForm
from creditdesk.models import Case, Claim, Contest, Decision, Escalation, SavedView, Withdrawal
from scoring.presentation import formatting

PAGE_SIZE: Final = 20
# Nobody pages through more results than this; counting a longer search to its end would cost more than its
# first page.
MAX_RESULTS: Final = 200
TABS: Final = 9
# A tab says 99+ beyond: counting on would cost more and say no more.
MAX_COUNT: Final = 99
FIELDS_READ: Final = (
    "reference",
    "shared_at",
    "submitted_at",
    "contract_type",
    "amount_credit",
    "client__name",
    "advisor__username",
    "advisor__first_name",
    "advisor__last_name",
    "latest_assessment__verdict",
    "latest_assessment__probability",
    "latest_assessment__threshold",
)


class ListedCase(Protocol):
    """A case of the list with its prefetched decisions, claims, escalations and contests."""

    due_on: date
    submitted_at: datetime
    waiting_days: int
    shared_at: datetime | None
    is_withdrawn: bool
    is_blind: bool
    latest_assessment: object
    standing_decisions: Sequence[Decision]
    active_claims: Sequence[Claim]
    open_escalations: Sequence[Escalation]
    open_contests: Sequence[Contest]


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
    """Pages of a search, counted up to the first case beyond the largest count that is shown."""

    object_list: QuerySet[Case, int]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: MAX_RESULTS + 1].count()


def count_limit(paginator: Paginator) -> int | None:  # type: ignore[type-arg]
    """Return the largest count that is shown where there are more cases, None where all are counted."""
    cases: object = paginator.object_list
    limit = cases.count_limit if isinstance(cases, QueueKeys) else None
    if isinstance(paginator, SearchPaginator):
        limit = MAX_RESULTS
    return limit if limit is not None and paginator.count > limit else None


def listed_cases(keys: Sequence[int], reader: User) -> list[Case]:
    """Read the columns that the table shows and no more: an assessment carries its whole input."""
    padded = [*keys, *_MARKERS[len(keys) :]]
    cases = {case.pk: case for case in _CASES.all(*padded)}
    decisions, claims, escalations, contests = (
        _by_case(query.all(*padded)) for query in (_DECISIONS, _CLAIMS, _ESCALATIONS, _CONTESTS)
    )
    blind = _blind(reader, padded)
    for key, case in cases.items():
        listed = cast(ListedCase, case)
        if key in blind:
            listed.latest_assessment, listed.is_blind = None, True
        # A claim expires without being released.
        active = [claim for claim in claims[key] if claim.is_active]
        listed.standing_decisions, listed.active_claims = decisions[key], active
        listed.open_escalations, listed.open_contests = escalations[key], contests[key]
    return [cases[key] for key in keys if key in cases]


def _blind(reader: User, keys: Sequence[int]) -> set[int]:
    """Those of the cases whose verdict is kept from the reader."""
    if reader.has_perm("creditdesk.view_blind_verdict"):
        return set()
    return {key for (key,) in _blind_query(reader.role).all(reader.pk, *keys)}


@cache
def _blind_query(role: str) -> PreparedRows:
    def rows(pk: int, *keys: int):  # type: ignore[no-untyped-def]
        return Case.objects.blind_for(User(pk=pk, role=role)).filter(pk__in=keys).values_list("pk")

    return PreparedRows(rows, ANYBODY - PAGE_SIZE, *_MARKERS)


def _by_case(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.case_id].append(row)
    return groups


# A page of fewer cases is filled up with keys that no case has.
_MARKERS: Final = tuple(ANYBODY - at for at in range(PAGE_SIZE))
_CASES: Final = PreparedObjects[Case](
    lambda *keys: (
        Case.objects.select_related("client", "advisor", "latest_assessment")
        .only(*FIELDS_READ)
        .annotate(is_withdrawn=Exists(Withdrawal.objects.in_force().filter(case=OuterRef("pk"))))
        .filter(pk__in=keys)
    ),
    *_MARKERS,
)
_DECISIONS: Final = PreparedObjects[Decision](
    lambda *keys: (
        Decision.objects.exclude(status__in=ENDED)
        .only("case_id", "outcome", "status")
        .filter(case__in=keys)
        .order_by("-pk")
    ),
    *_MARKERS,
)
_CLAIMS: Final = PreparedObjects[Claim](
    lambda *keys: Claim.objects.filter(released_at__isnull=True, case__in=keys).select_related("held_by"),
    *_MARKERS,
)
_ESCALATIONS: Final = PreparedObjects[Escalation](
    lambda *keys: Escalation.objects.unanswered().only("case_id").filter(case__in=keys), *_MARKERS
)
_CONTESTS: Final = PreparedObjects[Contest](
    lambda *keys: Contest.objects.unanswered().defer("client_statement").filter(case__in=keys), *_MARKERS
)


class Tab(NamedTuple):
    """A queue of the list, and how many cases it holds, up to MAX_COUNT."""

    queue: str
    label: str | Promise
    size: int
    has_more: bool


class Chip(NamedTuple):
    """A filter in use, and the address of the list without it."""

    label: str
    value: str
    without: str


def tabs(user: User) -> list[Tab]:
    """Return the tabs of the list: what this role decides, and what stands with nobody for who sees that."""
    hidden = set() if user.has_perm("creditdesk.decide_case") else {TO_DECIDE}
    hidden |= set() if user.has_perm("creditdesk.view_all_cases") else {UNASSIGNED}
    labels = {queue: label for queue, label in QUEUES[:TABS] if queue not in hidden}
    counts = queue_counts(user, [queue for queue in labels if queue != EVERY_CASE], MAX_COUNT + 1)
    return [
        # Every case is counted by the list itself.
        Tab(queue, label, min(counts.get(queue, 0), MAX_COUNT), counts.get(queue, 0) > MAX_COUNT)
        for queue, label in labels.items()
    ]


def queue_strip(user: User) -> tuple[Tab, ...]:
    """The queues of who decides cases, for every page: the own one always, another while it holds any."""
    if not user.has_perm("creditdesk.decide_case"):
        return ()
    labels = {queue: label for queue, label in QUEUES[:TABS] if queue != EVERY_CASE}
    if not user.has_perm("creditdesk.view_all_cases"):
        del labels[UNASSIGNED]
    counts = recent_queue_counts(user, list(labels), MAX_COUNT + 1)
    return tuple(
        Tab(queue, label, min(counts[queue], MAX_COUNT), counts[queue] > MAX_COUNT)
        for queue, label in labels.items()
        if counts[queue] or queue == TO_DECIDE
    )


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
