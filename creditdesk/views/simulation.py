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

from accounts.row_keys import row_key
from creditdesk import services
from creditdesk.forms.simulation import ScenarioForm, SimulationForm
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.simulation.page import SimulationPage, simulation_page
from creditdesk.services import ActRefused
from creditdesk.views.case_response import case_response, case_with_verdict, current_assessment
from creditdesk.web.request import DeskRequest
from scoring.ml.model.folder import ModelUnavailable

# The template of each fragment, and the element that it replaces.
FRAGMENTS: Final = {
    "result": ("creditdesk/_simulation_result.html", "#simulation-result"),
    "scenarios": ("creditdesk/_simulation_scenarios.html", "#scenarios"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("creditdesk.view_case", raise_exception=True)
def case_simulation(request: DeskRequest, reference: str) -> HttpResponse:
    """POST: the prediction for the values entered. GET: to the tab with the fields."""
    case = case_with_verdict(request, reference)
    if request.method != "POST":
        return redirect("case_whatif", reference)
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
    case = case_with_verdict(request, reference)
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
    case = case_with_verdict(request, reference)
    key = row_key(request.POST.get("scenario", ""))
    own = case.scenarios.filter(by=request.user)
    scenario = own.filter(pk=key).first() if key is not None else None
    if scenario is None:
        page = simulation_page(case, request.user)
        page.refusal = gettext("This scenario is gone already, or it is a colleague's. Nothing was deleted.")
        return _simulation_response(request, page, "result", status=409)
    services.delete_scenario(scenario=scenario, by=request.user)
    return _scenarios_response(request, reference, gettext("The scenario is deleted."))


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def case_counterfactuals(request: DeskRequest, reference: str) -> HttpResponse:
    """Show the stored counterfactuals; the first reader who may assess has them searched."""
    case = case_with_verdict(request, reference)
    assessment = case.latest_assessment
    counterfactuals = assessment and services.counterfactuals_of(assessment, by=request.user)
    context = {"case": case, "assessment": assessment, "counterfactuals": counterfactuals}
    fragment = "#counterfactuals" if request.htmx else ""
    return render(request, f"creditdesk/counterfactuals.html{fragment}", context)


def _scenarios_response(request: DeskRequest, reference: str, message: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, message)
        return redirect("case_whatif", reference)
    page = simulation_page(case_with_verdict(request, reference), request.user)
    page.message = message
    return _simulation_response(request, page, "scenarios")


def _unavailable(request: DeskRequest, page: SimulationPage, error: ModelUnavailable) -> HttpResponse:
    page.refusal = gettext("No simulation: the model is not available (%(why)s).") % {"why": error}
    return _simulation_response(request, page, "result", status=409)


def _simulation_response(
    request: DeskRequest, page: SimulationPage, fragment: str, *, status: int | None = None
) -> HttpResponse:
    """Render one fragment into its element for htmx, the case page with this tab open otherwise."""
    case = page.case
    if not request.htmx:
        assessment = current_assessment(request, case)
        case_page = CasePage(case, assessment, request.user, tab="whatif", posted_simulation=page)
        return case_response(request, case_page, "", status=status)
    template, element = FRAGMENTS[fragment]
    # The errors of the fields are swapped out of band with a fragment; the page contains them.
    context = {"page": page, "case": case, "form": page.form, "has_oob_errors": True}
    response = render(request, template, {**context, "scenarios": page.scenarios}, status=status)
    return reswap(retarget(response, element), "outerHTML")
