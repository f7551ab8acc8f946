"""Charges that a client declares, for the judgement of affordability."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.forms.affordability import ChargesForm
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.views.case_response import action_done, invalid_form, report_refusals, visible_case
from creditdesk.web.request import DeskRequest


@require_POST
@sensitive_post_parameters("housing", "loans", "other", "members")
@permission_required("creditdesk.add_declaredcharges", raise_exception=True)
@report_refusals
def case_charges(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ChargesForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(charges=form), "tabs", tab="client")
    services.declare_charges(case=case, declaration=form.declaration(), by=request.user)
    return action_done(
        request, reference, gettext("The charges are recorded, and the case is assessed with them.")
    )
