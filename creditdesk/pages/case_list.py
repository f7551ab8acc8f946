"""Case list: its columns, its pages, and the rows of one page with what the marks of a case need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Protocol

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from creditdesk.cases.filters import ENDED, CaseFilter
from creditdesk.models import Case, Claim, Contest, Decision, Escalation

PAGE_SIZE: Final = 20
# Nobody pages through more results than this; counting a longer search to its end would cost more than its
# first page.
MAX_RESULTS: Final = 200
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
)


class ListedCase(Protocol):
    """A case of the list with its prefetched decisions, claims, escalations and contests."""

    due_on: date
    shared_at: datetime | None
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
    Column("submitted", _("Submitted"), largest_first=True),
    Column("probability", _("Verdict"), largest_first=True),
    Column("advisor", _("Advisor")),
)


class SearchPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a search, counted up to the first case beyond the largest count that is shown."""

    object_list: QuerySet[Case, int]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: MAX_RESULTS + 1].count()


def count_limit(paginator: Paginator) -> int | None:  # type: ignore[type-arg]
    """Return the largest count that is shown where a search has more results, None where all are counted."""
    has_more = isinstance(paginator, SearchPaginator) and paginator.count > MAX_RESULTS
    return MAX_RESULTS if has_more else None


def listed_cases(keys: Sequence[int]) -> list[Case]:
    """Read the columns that the table shows and no more: an assessment carries its whole input."""
    standing = Decision.objects.exclude(status__in=ENDED).only("case_id", "outcome", "status").order_by("-pk")
    claims = Claim.objects.active().select_related("held_by")
    contests = Contest.objects.unanswered().defer("client_statement")
    cases = (
        Case.objects.select_related("client", "advisor", "latest_assessment")
        .only(*FIELDS_READ)
        .prefetch_related(
            Prefetch("decisions", queryset=standing, to_attr="standing_decisions"),
            Prefetch("claims", queryset=claims, to_attr="active_claims"),
            Prefetch("escalations", queryset=Escalation.objects.unanswered(), to_attr="open_escalations"),
            Prefetch("contests", queryset=contests, to_attr="open_contests"),
        )
        .in_bulk(keys)
    )
    return [cases[key] for key in keys]


def columns(case_filter: CaseFilter) -> list[Column]:
    """Return the columns that the user sees, with the order of the list."""
    shown = (column for column in COLUMNS if column.sort != "advisor" or case_filter.shows_advisor)
    return [replace(column, current_sort=case_filter.sort_in_force) for column in shown]
