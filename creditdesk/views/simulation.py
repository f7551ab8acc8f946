"""What if: ask the model about another request, keep scenarios, and read what would change a refusal."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from creditdesk import services
from creditdesk.forms.simulation import ScenarioForm, SimulationForm
from creditdesk.models import Case
from creditdesk.pages.simulation.page import SimulationPage
from creditdesk.services import ActRefused
from creditdesk.views.case import visible_case
from creditdesk.web.request import DeskRequest
from scoring.ml.model.folder import ModelUnavailable

PAGE: Final = "creditdesk/simulation.html"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("creditdesk.view_case", raise_exception=True)
def case_simulate(request: DeskRequest, reference: str) -> HttpResponse:
    """GET: the fields as they are on file, or as in a scenario. POST: what the model says of them."""
    case = visible_case(request, reference)
    if request.method != "POST":
        return _answer(request, _page_on_file(request, case), "panel")
    if not request.user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    form = SimulationForm(request.POST, case.profile.record)
    page = SimulationPage(case, request.user, form)
    if not form.is_valid():
        return _answer(request, page, "answer", status=422)
    try:
        page.simulation = services.simulate(case=case, request=form.request, by=request.user)
    except ModelUnavailable as error:
        return _unavailable(request, page, error)
    return _answer(request, page, "answer")


@require_POST
@permission_required("creditdesk.assess_case", raise_exception=True)
def scenario_save(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = SimulationForm(request.POST, case.profile.record)
    named = ScenarioForm(request.POST)
    page = SimulationPage(case, request.user, form, scenario_form=named)
    if not (form.is_valid() & named.is_valid()):
        return _answer(request, page, "answer", status=422)
    name = named.cleaned_data["scenario_name"]
    try:
        services.save_scenario(case=case, request=form.request, name=name, by=request.user)
    except ModelUnavailable as error:
        return _unavailable(request, page, error)
    except ActRefused as refusal:
        page.refusal = str(refusal)
        return _answer(request, page, "answer", status=409)
    return _scenarios_now(request, reference, gettext("The scenario is saved."))


@require_POST
@permission_required("creditdesk.assess_case", raise_exception=True)
def scenario_delete(request: DeskRequest, reference: str) -> HttpResponse:
    """One's own, named in the body."""
    case = visible_case(request, reference)
    chosen = request.POST.get("scenario", "")
    scenario = case.scenarios.filter(by=request.user, pk=chosen).first() if chosen.isdecimal() else None
    if scenario is None:
        page = _page_on_file(request, case)
        page.refusal = gettext("This scenario is gone already, or it is a colleague's. Nothing was deleted.")
        return _answer(request, page, "answer", status=409)
    services.delete_scenario(scenario=scenario, by=request.user)
    return _scenarios_now(request, reference, gettext("The scenario is deleted."))


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def case_counterfactuals(request: DeskRequest, reference: str) -> HttpResponse:
    """Searched once, when somebody who may assess first asks; others read what was found."""
    case = visible_case(request, reference)
    assessment = case.latest_assessment
    found = assessment and services.counterfactuals_of(assessment, by=request.user)
    context = {"case": case, "assessment": assessment, "found": found}
    part = "#found" if request.htmx else ""
    return render(request, f"creditdesk/counterfactuals.html{part}", context)


def _page_on_file(request: DeskRequest, case: Case) -> SimulationPage:
    chosen = request.GET.get("scenario", "")
    scenario = case.scenarios.filter(pk=chosen).first() if chosen.isdecimal() else None
    form = SimulationForm(None, case.profile.record, scenario.entered if scenario else None)
    return SimulationPage(case, request.user, form)


def _scenarios_now(request: DeskRequest, reference: str, told: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, told)
        return redirect("case_simulate", reference)
    case = visible_case(request, reference)
    page = SimulationPage(case, request.user, SimulationForm(None, case.profile.record), told=told)
    return _answer(request, page, "scenarios")


def _unavailable(request: DeskRequest, page: SimulationPage, error: ModelUnavailable) -> HttpResponse:
    page.refusal = gettext("No simulation: the model is not available (%(why)s).") % {"why": error}
    return _answer(request, page, "answer", status=409)


def _answer(request: DeskRequest, page: SimulationPage, part: str, **kwargs: Any) -> HttpResponse:
    """The part alone for htmx, put where it belongs; the whole page otherwise."""
    # The messages at the fields travel with a part; a whole page has them where they belong.
    alone = bool(request.htmx) and part != "panel"
    context = {"page": page, "case": page.case, "form": page.form, "oob": alone}
    if not request.htmx:
        return render(request, PAGE, context, **kwargs)
    response = render(request, f"{PAGE}#{part}", context, **kwargs)
    return reswap(retarget(response, f"#whatif-{part}"), "outerHTML")
