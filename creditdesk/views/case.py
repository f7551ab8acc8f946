"""The case page, its fragments, and the act that belongs to no other concept: assess."""

from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from creditdesk import services
from creditdesk.cases.queue_navigation import next_pending, previous_pending, waiting_case
from creditdesk.models import Case
from creditdesk.pages.case.fetched_ahead import page_state
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.case.tabs import VERDICT_TABS
from creditdesk.views.case_response import (
    action_done,
    case_response,
    case_with_verdict,
    current_assessment,
    visible_case,
)
from creditdesk.web.erased_cases import require_words
from creditdesk.web.fetch_ahead import is_fetched_ahead, not_ahead
from creditdesk.web.request import DeskRequest
from scoring import engine

# Fragments that a GET may ask for, by the id of the element that they replace.
FRAGMENTS: Final = frozenset({"comparison", "every-reason", "every-value", "explanation", "history", "tabs"})
QUEUE_NAVIGATION: Final = {"next": next_pending, "previous": previous_pending}


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
@engine.pinned_champion()
def case_detail(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    if (direction := request.GET.get("go")) in QUEUE_NAVIGATION:
        return _redirect_in_queue(request, QUEUE_NAVIGATION[direction](case, request.user))
    if is_fetched_ahead(request) and services.standing_assessment(case) is None:
        return not_ahead()
    assessment = current_assessment(request, case)
    return case_response(request, CasePage(case, assessment, request.user), "")


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
@engine.pinned_champion()
def case_opened(request: DeskRequest, reference: str) -> HttpResponse:
    """Bring a page that was fetched ahead up to date when somebody opens it; leave a case that is taken."""
    case = waiting_case(request.user, reference)
    if case is None:
        return _left_stale_case(request, reference)
    require_words(case)
    if request.GET.get("state") != page_state(case):
        return HttpResponseClientRefresh()
    return render(request, "_opened.html", {"is_swapped": True})


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
@engine.pinned_champion()
def case_tab(request: DeskRequest, reference: str, tab: str) -> HttpResponse:
    """Show the case page with that tab open, or the part of the tab that htmx asks for."""
    case = case_with_verdict(request, reference) if tab in VERDICT_TABS else visible_case(request, reference)
    if tab == "why" and request.method == "GET" and not is_fetched_ahead(request):
        services.record_reasons_reading(case=case, by=request.user)
    selection = Selection.from_query(request.GET)
    page = CasePage(case, current_assessment(request, case), request.user, tab=tab, selection=selection)
    return case_response(request, page, _requested_fragment(request))


@require_POST
@permission_required("creditdesk.assess_case", raise_exception=True)
def case_assess(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.assess(case=case, by=request.user)
    return action_done(request, reference, gettext("Assessed again."))


def _left_stale_case(request: DeskRequest, reference: str) -> HttpResponse:
    case = Case.objects.visible_to(request.user).filter(reference=reference).first()
    if case is not None:
        require_words(case)
    messages.info(request, gettext("Somebody else took up the next case meanwhile."))
    here = reverse("case_list") if case is None else case.get_absolute_url()
    response = HttpResponseClientRedirect(f"{here}?go=next")
    response.status_code = HTTPStatus.NOT_FOUND if case is None else HTTPStatus.OK
    return response


def _redirect_in_queue(request: DeskRequest, reference: str | None) -> HttpResponse:
    """Go to the pending case on that side, looked up at the click: colleagues decide meanwhile."""
    if reference:
        return redirect("case_detail", reference)
    if is_fetched_ahead(request):
        return not_ahead()
    messages.info(request, gettext("No other case waits for a decision on that side of the list."))
    return redirect("case_list")


def _requested_fragment(request: DeskRequest) -> str:
    """Return the fragment that htmx asks for, "" for the whole page; each group of features has its own."""
    target = request.htmx.target or ""
    return "group" if target.startswith("group-") else target if target in FRAGMENTS else ""
