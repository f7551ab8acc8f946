"""The decision on a case, and its check by a second person."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.forms.decision import CheckForm, DecisionForm
from creditdesk.models import Decision
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.views.case_response import (
    action_done,
    case_response,
    case_with_verdict,
    invalid_form,
    report_refusals,
    visible_case,
)
from creditdesk.web.request import DeskRequest


@require_POST
@sensitive_post_parameters("reason", "note")
@permission_required("creditdesk.decide_case", raise_exception=True)
@report_refusals
def case_decide(request: DeskRequest, reference: str) -> HttpResponse:
    case = case_with_verdict(request, reference)
    current = services.standing_assessment(case) or services.assess(case=case, by=request.user)
    form = DecisionForm(request.POST, case=case, assessment=current, reader=request.user)
    if not form.is_valid():
        page = CasePage(case, current, request.user, forms=PostedForms(decision=form))
        return case_response(request, page, "decision", status=422)
    form.require_current_verdict()
    decision = services.decide(case=case, assessment=current, by=request.user, **form.decision())
    return action_done(request, reference, _decision_message(decision))


@require_POST
@sensitive_post_parameters("check_reason")
@permission_required("creditdesk.check_decision", raise_exception=True)
@report_refusals
def case_check(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(check=form), "decision")
    decision = get_object_or_404(case.decisions, pk=form.cleaned_data["decision"])
    services.check_decision(decision=decision, by=request.user, **form.check())
    return action_done(request, reference, gettext("Your check is recorded."))


def _decision_message(decision: Decision) -> str:
    if decision.status == Decision.Status.PROPOSED:
        return gettext("Your decision is recorded; it waits for a second person.")
    if decision.outcome == Decision.Outcome.REFER:
        return gettext("Your decision is recorded; the case is with your colleagues now.")
    return gettext("Your decision is recorded.")
