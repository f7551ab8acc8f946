from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import replace_url

from creditdesk.cases.filters import ENDED, CaseFilter
from creditdesk.cases.queue import first_in_queue
from creditdesk.models import Case, Claim, Contest, Decision, Escalation
from creditdesk.web.request import DeskRequest, asked

PAGE_SIZE: Final = 20
# Nobody pages through more than this: a longer search is refined, and counting it to its end would cost more
# than finding its first page.
MOST_FOUND: Final = 200
SHOWN: Final = (
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


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the list and the order that a click on it asks for."""

    sort: str
    label: str | Promise
    in_force: str = ""
    largest_first: bool = False

    @property
    def direction(self) -> str:
        return {self.sort: "ascending", f"-{self.sort}": "descending"}.get(self.in_force, "")

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


class SearchPages(Paginator):  # type: ignore[type-arg]
    """Pages of a search, counted up to the first case beyond the most that is told."""

    object_list: QuerySet[Case, int]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: MOST_FOUND + 1].count()


def rows(keys: Sequence[int]) -> list[Case]:
    """What the table shows of these cases and no more: an assessment carries its whole input."""
    standing = Decision.objects.exclude(status__in=ENDED).only("case_id", "outcome", "status").order_by("-pk")
    found = (
        Case.objects.select_related("client", "advisor", "latest_assessment")
        .only(*SHOWN)
        .prefetch_related(
            Prefetch("decisions", queryset=standing, to_attr="standing"),
            Prefetch("claims", queryset=Claim.objects.active().select_related("held_by"), to_attr="held"),
            Prefetch("escalations", queryset=Escalation.objects.unanswered(), to_attr="passed_on"),
            Prefetch("contests", queryset=Contest.objects.unanswered().defer("client_statement"), to_attr="contested"),
        )
        .in_bulk(keys)
    )
    return [found[key] for key in keys]


def columns(case_filter: CaseFilter) -> list[Column]:
    in_force = case_filter.sort_in_force
    shown = (column for column in COLUMNS if column.sort != "advisor" or case_filter.shows_advisor)
    return [replace(column, in_force=in_force) for column in shown]


def address(case_filter: CaseFilter) -> str:
    query = QueryDict(mutable=True)
    query.update(case_filter.active)
    return f"{reverse('case_list')}?{query.urlencode()}" if query else reverse("case_list")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("q")
@permission_required("creditdesk.view_case", raise_exception=True)
def case_list(request: DeskRequest) -> HttpResponse:
    data = asked(request)
    if data.get("go") == "next" and (reference := first_in_queue(request.user)):
        return redirect("case_detail", reference)
    case_filter = CaseFilter(data, user=request.user)
    # Keys first: sorting 65,000 keys takes a fraction of sorting as many whole rows.
    keys = case_filter.qs.values_list("pk", flat=True)
    pages = SearchPages if case_filter.searches else Paginator
    page = pages(keys, PAGE_SIZE).get_page(data.get("page"))
    context = {
        "filter": case_filter,
        "form": case_filter.form,
        "page": page,
        "more_than": MOST_FOUND if case_filter.searches and page.paginator.count > MOST_FOUND else None,
        "cases": rows(list(page)),
        "columns": columns(case_filter),
    }
    if request.method == "POST" and request.htmx:
        answer = render(request, "creditdesk/case_list.html#answer", context)
        return replace_url(answer, address(case_filter))
    return render(request, "creditdesk/case_list.html", context)
