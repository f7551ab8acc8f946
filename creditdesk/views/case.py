"""The case page and what is done on it: a fragment for htmx, a whole page for anybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import retarget

from creditdesk import services
from creditdesk.cases.queue import next_pending, previous_pending
from creditdesk.forms.decision import CheckForm, DecisionForm, NoteForm
from creditdesk.models import Assessment, Case, Decision
from creditdesk.pages.case.page import CasePage
from creditdesk.services import ActRefused, DecisionRefused
from creditdesk.web.request import DeskRequest
from scoring import engine

PAGE: Final = "creditdesk/case_detail.html"
# What may be asked for on its own, by the id of the element that it replaces.
PARTS: Final = frozenset(
    {
        "comparison",
        "every-reason",
        "every-value",
        "explanation",
        "similar",
        "stability",
    }
)
NEIGHBOURS: Final = {"next": next_pending, "previous": previous_pending}

View = Callable[[DeskRequest, str], HttpResponse]


def telling_refusals(view: View) -> View:
    """An act that a service refuses, often because somebody else was faster, is answered with the reason."""

    @wraps(view)
    def told(request: DeskRequest, reference: str) -> HttpResponse:
        try:
            return view(request, reference)
        except (ActRefused, DecisionRefused) as refusal:
            return refused(request, reference, str(refusal))

    return told


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
@engine.asked_once()
def case_detail(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    if (direction := request.GET.get("go")) in NEIGHBOURS:
        return go(request, NEIGHBOURS[direction](case, request.user))
    page = CasePage(case, assessment_of(case, request), request.user, asked=request.GET)
    return answer(request, page, part_asked(request))


@require_POST
@permission_required("creditdesk.assess_case", raise_exception=True)
def case_assess(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.assess(case=case, by=request.user)
    return done(request, reference, gettext("Assessed again."))


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.decide_case", raise_exception=True)
@telling_refusals
def case_decide(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    current = services.standing_assessment(case) or services.assess(case=case, by=request.user)
    form = DecisionForm(request.POST, case=case, assessment=current)
    if not form.is_valid():
        page = CasePage(case, current, request.user, forms={"decision": form})
        return answer(request, page, "decision", status=422)
    form.require_the_verdict_read()
    decision = services.decide(case=case, assessment=current, by=request.user, **form.decided())
    return done(request, reference, decision_recorded(decision))


@require_POST
@sensitive_post_parameters("check_reason")
@permission_required("creditdesk.check_decision", raise_exception=True)
@telling_refusals
def case_check(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = CheckForm(request.POST)
    if not form.is_valid():
        page = CasePage(case, assessment_of(case, request), request.user, forms={"check": form})
        return answer(request, page, "decision", status=422)
    decision = get_object_or_404(case.decisions, pk=form.cleaned_data["decision"])
    services.check_decision(decision=decision, by=request.user, **form.checked())
    return done(request, reference, gettext("Your check is recorded."))


@require_POST
@sensitive_post_parameters("text")
@permission_required("creditdesk.add_note", raise_exception=True)
def case_notes(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = NoteForm(request.POST)
    if not form.is_valid():
        page = CasePage(case, assessment_of(case, request), request.user, forms={"note": form})
        return answer(request, page, "history", status=422)
    services.add_note(case=case, by=request.user, text=form.cleaned_data["text"])
    if not request.htmx:
        return redirect(case)
    return answer(request, CasePage(case, assessment_of(case, request), request.user), "history")


def go(request: DeskRequest, reference: str | None) -> HttpResponse:
    """To the pending case on that side; looked up on the way, because colleagues decide meanwhile."""
    if reference:
        return redirect("case_detail", reference)
    messages.info(request, gettext("No other case waits for a decision on that side of the list."))
    return redirect("case_list")


def visible_case(request: DeskRequest, reference: str) -> Case:
    cases = Case.objects.visible_to(request.user).select_related(
        "client", "advisor", "profile", "latest_assessment__assessed_by"
    )
    return get_object_or_404(cases.defer("latest_assessment__inputs"), reference=reference)


def assessment_of(case: Case, request: DeskRequest) -> Assessment | None:
    """The one that stands. Where none does, a new one, unless the case is decided or the reader may not ask
    the model: they see the newest there is."""
    if standing := services.standing_assessment(case):
        return standing
    if request.user.has_perm("creditdesk.assess_case") and not case.decisions.standing().exists():
        return services.assess(case=case, by=request.user)
    return case.latest_assessment


def part_asked(request: DeskRequest) -> str:
    """The part that htmx asks for; every group of facts unfolds in a place of its own."""
    target = request.htmx.target or ""
    return "group" if target.startswith("group-") else target if target in PARTS else ""


def answer(request: DeskRequest, page: CasePage, part: str, **kwargs: Any) -> HttpResponse:
    """The part alone for htmx, which puts it where it belongs; the whole page otherwise."""
    context = {"page": page, "case": page.case, "here": page.case.get_absolute_url()}
    if not (request.htmx and part):
        return render(request, PAGE, context, **kwargs)
    place = f"group-{page.unfolded_group}" if part == "group" else part
    return retarget(render(request, f"{PAGE}#{part}", context, **kwargs), f"#{place}")


def done(request: DeskRequest, reference: str, message: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, message)
        return redirect("case_detail", reference)
    return answer(request, page_now(request, reference, told=message), "workspace")


def refused(request: DeskRequest, reference: str, message: str) -> HttpResponse:
    """Nothing was recorded: the page as it is now, and why."""
    return answer(request, page_now(request, reference, refusal=message), "workspace", status=409)


def page_now(request: DeskRequest, reference: str, told: str = "", refusal: str = "") -> CasePage:
    """Read again: somebody else may have acted meanwhile."""
    case = visible_case(request, reference)
    return CasePage(case, assessment_of(case, request), request.user, told=told, refusal=refusal)


def decision_recorded(decision: Decision) -> str:
    if decision.status == Decision.Status.PROPOSED:
        return gettext("Your decision is recorded; it waits for a second person.")
    return gettext("Your decision is recorded.")
