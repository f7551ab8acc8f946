"""Responses of the case page: the fragment that htmx replaces, the whole page for any other request."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django_htmx.http import retarget

from accounts.models import User
from accounts.prepared_queries import ANYBODY, ANYTHING, Prepared, PreparedObjects
from creditdesk import services
from creditdesk.cases.queue_counts import forget_queue_counts
from creditdesk.models import Assessment, Case, Decision, Withdrawal
from creditdesk.pages.case.fetched_ahead import page_state
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.pages.case.tabs import tab_in
from creditdesk.pages.case.timeline import cases_of_client
from creditdesk.services import ActRefused, DecisionRefused
from creditdesk.web.blind_cases import require_opinion
from creditdesk.web.erased_cases import require_words
from creditdesk.web.fetch_ahead import is_fetched_ahead, offer_fetch_ahead
from creditdesk.web.request import DeskRequest

TEMPLATE: Final = "creditdesk/case_detail.html"

# Of a case by its reference; some addresses have a number beside it.
View = Callable[..., HttpResponse]


def visible_case(request: DeskRequest, reference: str) -> Case:
    """Return the case of that reference, or raise Http404 where the user may not see it.

    Raises CaseErased, which leads to the page of an erased case.
    """
    for case in _visible_case(request.user.role).all(request.user.pk, reference):
        require_words(case)
        return case
    raise Http404


def case_with_verdict(request: DeskRequest, reference: str) -> Case:
    """The same of a case whose verdict the user sees. Raises VerdictKept, which leads to the case page."""
    case = visible_case(request, reference)
    require_opinion(case, request.user)
    return case


_IS_CLOSED: Final = Prepared(
    lambda pk: (
        Case.objects.order_by()
        .filter(
            Exists(Decision.objects.standing().filter(case=OuterRef("pk")))
            | Exists(Withdrawal.objects.in_force().filter(case=OuterRef("pk"))),
            pk=pk,
        )
        .values_list("pk")
    ),
    ANYTHING,
)


@cache
def _visible_case(role: str) -> PreparedObjects[Case]:
    # The row scope depends on the role and the person; the person is a parameter.
    def cases(pk: int, reference: str) -> QuerySet[Case]:
        visible = Case.objects.visible_to(User(pk=pk, role=role)).select_related(
            "client__erasure",
            "blind_draw",
            "advisor",
            "profile",
            "latest_assessment__assessed_by",
            "latest_assessment__policy",
        )
        unread = ("latest_assessment__inputs", "latest_assessment__packed_inputs")
        return visible.defer(*unread).filter(reference=reference)

    return PreparedObjects(cases, ANYBODY, "a reference")


def current_assessment(request: DeskRequest, case: Case) -> Assessment | None:
    """Return the assessment that stands, making one where none does.

    Whoever may not assess, and whoever opens a closed case, gets the newest assessment there is.
    """
    if standing := services.standing_assessment(case):
        return standing
    if request.user.has_perm("creditdesk.assess_case") and not _IS_CLOSED.first(case.pk):
        return services.assess(case=case, by=request.user)
    return case.latest_assessment


def case_response(
    request: DeskRequest, page: CasePage, fragment: str, *, status: int | None = None
) -> HttpResponse:
    """Render one fragment into the element of its name for htmx, the whole page otherwise."""
    is_ahead = is_fetched_ahead(request)
    if "history" in {page.tab, fragment} and request.method != "HEAD" and not is_ahead:
        services.record_note_readings(cases=cases_of_client(page.case, request.user), by=request.user)
    context: dict[str, object] = {
        "page": page,
        "case": page.case,
        "case_url": page.case.get_absolute_url(),
        "reference": page.case.reference,
    }
    if not (request.htmx and fragment):
        if is_ahead:
            # Messages wait for whoever comes.
            context |= {"state_ahead": page_state(page.case), "messages": ()}
        response = render(request, TEMPLATE, context, status=status)
        if request.user.has_perm("creditdesk.decide_case"):
            offer_fetch_ahead(response)
        return response
    element = f"group-{page.expanded_group}" if fragment == "group" else fragment
    return retarget(render(request, f"{TEMPLATE}#{fragment}", context, status=status), f"#{element}")


def action_done(request: DeskRequest, reference: str, message: str) -> HttpResponse:
    """Show the case as it is after an action, with a message of success and the queues as they are now."""
    forget_queue_counts(request.user)
    if not request.htmx:
        messages.success(request, message)
        return redirect("case_detail", reference)
    response = case_response(request, _reloaded_page(request, reference, message=message), "workspace")
    response.write(render_to_string("_queue_strip.html", {"is_swapped": True}, request))
    return response


def action_refused(request: DeskRequest, reference: str, reason: str) -> HttpResponse:
    """Show the case as it is, with the reason why nothing was recorded."""
    return case_response(request, _reloaded_page(request, reference, refusal=reason), "workspace", status=409)


def invalid_form(
    request: DeskRequest, case: Case, forms: PostedForms, fragment: str, *, tab: str = ""
) -> HttpResponse:
    """Show a posted form with its errors; the other fragments of the page stay as they are."""
    page = CasePage(case, current_assessment(request, case), request.user, tab=tab, forms=forms)
    return case_response(request, page, fragment, status=422)


def report_refusals(view: View) -> View:
    """Answer with the reason where a service refuses, often because somebody else acted first."""

    @wraps(view)
    def reporting_view(request: DeskRequest, reference: str, **numbers: int) -> HttpResponse:
        try:
            return view(request, reference, **numbers)
        except (ActRefused, DecisionRefused) as refusal:
            return action_refused(request, reference, str(refusal))

    return reporting_view


def _reloaded_page(request: DeskRequest, reference: str, *, message: str = "", refusal: str = "") -> CasePage:
    """Read the case again: somebody else may have acted meanwhile."""
    case = visible_case(request, reference)
    assessment = current_assessment(request, case)
    tab = open_tab(request)
    return CasePage(case, assessment, request.user, tab=tab, message=message, refusal=refusal)


def open_tab(request: DeskRequest) -> str:
    """Return the tab that is open on the page that htmx posts from: it stays open."""
    return tab_in(urlsplit(request.htmx.current_url or "").path)
