"""Simulation of a changed request, its saved scenarios, and the counterfactuals of a refusal."""

from typing import Final

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
from creditdesk.views.case_response import visible_case
from creditdesk.web.request import DeskRequest
from scoring.ml.model.folder import ModelUnavailable

TEMPLATE: Final = "creditdesk/simulation.html"
# The element that each fragment of the template replaces.
ELEMENTS: Final = {"panel": "#simulation-panel", "result": "#simulation-result", "scenarios": "#scenarios"}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("creditdesk.view_case", raise_exception=True)
def case_simulation(request: DeskRequest, reference: str) -> HttpResponse:
    """GET: the fields as they are on file, or as in a scenario. POST: the prediction for them."""
    case = visible_case(request, reference)
    if request.method != "POST":
        return _simulation_response(request, _initial_page(request, case), "panel")
    if not request.user.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    form = SimulationForm(request.POST, case.profile.record)
    page = SimulationPage(case, request.user, form)
    if not form.is_valid():
        return _simulation_response(request, page, "result", status=422)
    try:
        page.simulation = services.simulate(case=case, request=form.request, by=request.user)
    except ModelUnavailable as error:
        return _unavailable(request, page, error)
    return _simulation_response(request, page, "result")


@require_POST
@permission_required("creditdesk.assess_case", raise_exception=True)
def scenario_save(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = SimulationForm(request.POST, case.profile.record)
    scenario_form = ScenarioForm(request.POST)
    page = SimulationPage(case, request.user, form, scenario_form=scenario_form)
    if not (form.is_valid() & scenario_form.is_valid()):
        return _simulation_response(request, page, "result", status=422)
    name = scenario_form.cleaned_data["scenario_name"]
    try:
        services.save_scenario(case=case, request=form.request, name=name, by=request.user)
    except ModelUnavailable as error:
        return _unavailable(request, page, error)
    except ActRefused as refusal:
        page.refusal = str(refusal)
        return _simulation_response(request, page, "result", status=409)
    return _scenarios_response(request, reference, gettext("The scenario is saved."))


@require_POST
@permission_required("creditdesk.assess_case", raise_exception=True)
def scenario_delete(request: DeskRequest, reference: str) -> HttpResponse:
    """Delete one's own scenario, named in the body."""
    case = visible_case(request, reference)
    key = request.POST.get("scenario", "")
    scenario = case.scenarios.filter(by=request.user, pk=key).first() if key.isdecimal() else None
    if scenario is None:
        page = _initial_page(request, case)
        page.refusal = gettext("This scenario is gone already, or it is a colleague's. Nothing was deleted.")
        return _simulation_response(request, page, "result", status=409)
    services.delete_scenario(scenario=scenario, by=request.user)
    return _scenarios_response(request, reference, gettext("The scenario is deleted."))


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def case_counterfactuals(request: DeskRequest, reference: str) -> HttpResponse:
    """Show the stored counterfactuals; the first reader who may assess has them searched."""
    case = visible_case(request, reference)
    assessment = case.latest_assessment
    counterfactuals = assessment and services.counterfactuals_of(assessment, by=request.user)
    context = {"case": case, "assessment": assessment, "counterfactuals": counterfactuals}
    fragment = "#counterfactuals" if request.htmx else ""
    return render(request, f"creditdesk/counterfactuals.html{fragment}", context)


def _initial_page(request: DeskRequest, case: Case) -> SimulationPage:
    """Return the page with the values on file, or with those of the scenario in the address."""
    key = request.GET.get("scenario", "")
    scenario = case.scenarios.filter(pk=key).first() if key.isdecimal() else None
    form = SimulationForm(None, case.profile.record, scenario.entered if scenario else None)
    return SimulationPage(case, request.user, form)


def _scenarios_response(request: DeskRequest, reference: str, message: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, message)
        return redirect("case_simulate", reference)
    case = visible_case(request, reference)
    form = SimulationForm(None, case.profile.record)
    page = SimulationPage(case, request.user, form, message=message)
    return _simulation_response(request, page, "scenarios")


def _unavailable(request: DeskRequest, page: SimulationPage, error: ModelUnavailable) -> HttpResponse:
    page.refusal = gettext("No simulation: the model is not available (%(why)s).") % {"why": error}
    return _simulation_response(request, page, "result", status=409)


def _simulation_response(
    request: DeskRequest, page: SimulationPage, fragment: str, *, status: int | None = None
) -> HttpResponse:
    """Render one fragment into its element for htmx, the whole page otherwise."""
    # The errors of the fields are swapped out of band with a fragment; the panel and the page contain them.
    has_oob_errors = bool(request.htmx) and fragment != "panel"
    context = {"page": page, "case": page.case, "form": page.form, "has_oob_errors": has_oob_errors}
    if not request.htmx:
        return render(request, TEMPLATE, context, status=status)
    response = render(request, f"{TEMPLATE}#{fragment}", context, status=status)
    return reswap(retarget(response, ELEMENTS[fragment]), "outerHTML")
