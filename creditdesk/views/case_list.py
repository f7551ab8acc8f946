"""Case list: the cases that the user may see, filtered, sorted and paged."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect, replace_url

from accounts.models import User
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.queue_keys import listed_keys, sees_a_case
from creditdesk.cases.queue_navigation import first_in_queue
from creditdesk.cases.queues import EVERY_CASE, TO_DECIDE
from creditdesk.cases.search import single_case
from creditdesk.cases.team import names_present
from creditdesk.forms.assignment import BulkAssignmentForm
from creditdesk.pages.case_list import SearchPaginator, chips, columns, count_limit, list_tools
from creditdesk.pages.listed_cases import PAGE_SIZE, listed_cases
from creditdesk.pages.queue_tabs import tabs
from creditdesk.web.request import DeskRequest, filter_query


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("q")
@permission_required("creditdesk.view_case", raise_exception=True)
def case_list(request: DeskRequest) -> HttpResponse:
    query = filter_query(request)
    if query.get("go") == "next" and (reference := first_in_queue(request.user)):
        return redirect("case_detail", reference)
    case_filter = CaseFilter(_opened(query, request.user), user=request.user)
    if query.get("open") and (
        reference := single_case(case_filter.visible, case_filter.qs, query.get("q", ""))
    ):
        return _redirected(request, reverse("case_detail", args=[reference]))
    context = _context(case_filter, query.get("page"), request.user)
    if request.method == "POST" and request.htmx:
        fragment = render(request, "creditdesk/case_list.html#search-results", context)
        return replace_url(fragment, list_address(case_filter))
    context |= {"tabs": tabs(request.user), **list_tools(case_filter)}
    return render(request, "creditdesk/case_list.html", context)


def _context(case_filter: CaseFilter, number: str | None, user: User) -> dict[str, Any]:
    """What a page of the list shows, without its tabs and tools."""
    paginator = SearchPaginator if case_filter.searches else Paginator
    page = paginator(listed_keys(case_filter), PAGE_SIZE).get_page(number)
    shown = columns(case_filter)
    context = {
        "filter": case_filter,
        "form": case_filter.form,
        "page": page,
        "more_than": count_limit(page.paginator),
        "cases": listed_cases(list(page), user),
        "columns": shown,
        "columns_in_order": tuple((column.sort, column.direction) for column in shown),
        "shown": {column.sort for column in shown},
        "chips": chips(case_filter),
        # Looked up where an empty list says what to do next.
        "sees_a_case": partial(sees_a_case, user),
    }
    if user.has_perm("creditdesk.assign_case"):
        # The form is made where it is rendered: once for those who are there.
        context |= {
            "may_assign": True,
            "people_present": names_present,
            "assignment_form": BulkAssignmentForm,
        }
    return context


def _redirected(request: DeskRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _opened(query: QueryDict, user: User) -> QueryDict:
    """Without a filter the list opens on the queue of whoever decides, on every case for others."""
    if any(query.get(name) for name in CaseFilter.base_filters if name != "sort"):
        return query
    opened = query.copy()
    opened["queue"] = TO_DECIDE if user.has_perm("creditdesk.decide_case") else EVERY_CASE
    return opened


def list_address(case_filter: CaseFilter) -> str:
    """Return the address of the list with its filters, without the search term."""
    query = QueryDict(mutable=True)
    query.update(case_filter.active)
    return f"{reverse('case_list')}?{query.urlencode()}" if query else reverse("case_list")
