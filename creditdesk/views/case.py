"""The case page, its fragments, and the act that belongs to no other concept: assess."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from creditdesk import services
from creditdesk.cases.queue import next_pending, previous_pending
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.case.tabs import OF_THE_VERDICT
from creditdesk.views.case_response import (
    action_done,
    case_response,
    case_with_verdict,
    current_assessment,
    visible_case,
)
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
    assessment = current_assessment(request, case)
    return case_response(request, CasePage(case, assessment, request.user), "")


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
@engine.pinned_champion()
def case_tab(request: DeskRequest, reference: str, tab: str) -> HttpResponse:
    """Show the case page with that tab open, or the part of the tab that htmx asks for."""
    case = (
        case_with_verdict(request, reference) if tab in OF_THE_VERDICT else visible_case(request, reference)
    )
    if tab == "why" and request.method == "GET":
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


def _redirect_in_queue(request: DeskRequest, reference: str | None) -> HttpResponse:
    """Go to the pending case on that side, looked up at the click: colleagues decide meanwhile."""
    if reference:
        return redirect("case_detail", reference)
    messages.info(request, gettext("No other case waits for a decision on that side of the list."))
    return redirect("case_list")


def _requested_fragment(request: DeskRequest) -> str:
    """Return the fragment that htmx asks for, "" for the whole page; each group of features has its own."""
    target = request.htmx.target or ""
    return "group" if target.startswith("group-") else target if target in FRAGMENTS else ""
