"""Acts on a case besides its decision: claim, share, escalate, contest, review; and the case as it was."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from creditdesk import services
from creditdesk.forms.casework import AnswerForm, ContestForm, ContestReviewForm, EscalationForm
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.pages.case.selection import Selection
from creditdesk.pages.case.snapshot import Snapshot
from creditdesk.views.case_response import (
    action_done,
    case_with_verdict,
    invalid_form,
    report_refusals,
    visible_case,
)
from creditdesk.web.request import DeskRequest
from scoring import engine


@require_POST
@permission_required("creditdesk.claim_case", raise_exception=True)
@report_refusals
def case_claim(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.claim(case=case, by=request.user)
    return action_done(request, reference, gettext("You have claimed this case."))


@require_POST
@permission_required("creditdesk.claim_case", raise_exception=True)
@report_refusals
def case_release(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.release(case=case, by=request.user)
    return action_done(request, reference, gettext("The case is free again."))


@require_POST
@permission_required("creditdesk.claim_case", raise_exception=True)
@report_refusals
def case_share(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.share(case=case, by=request.user)
    return action_done(request, reference, gettext("Every advisor can see and claim this case now."))


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.escalate_case", raise_exception=True)
@report_refusals
def case_escalate(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = EscalationForm(request.POST, auto_id="id_escalate_%s")
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(escalation=form), "casework")
    services.escalate(case=case, by=request.user, reason=form.cleaned_data["reason"])
    return action_done(request, reference, gettext("The case is with a manager now."))


@require_POST
@sensitive_post_parameters("answer")
@permission_required("creditdesk.answer_escalation", raise_exception=True)
@report_refusals
def case_answer(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(answer=form), "casework")
    escalation = get_object_or_404(case.escalations, pk=form.cleaned_data["escalation"])
    services.answer_escalation(escalation=escalation, by=request.user, answer=form.cleaned_data["answer"])
    return action_done(request, reference, gettext("Your answer is recorded."))


@require_POST
@sensitive_post_parameters("client_statement")
@permission_required("creditdesk.contest_decision", raise_exception=True)
@report_refusals
def case_contest(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ContestForm(request.POST, decision=case.decisions.standing().first())
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(contest=form), "casework")
    services.contest(case=case, by=request.user, **form.contest())
    return action_done(request, reference, gettext("The contest is recorded; another person examines it."))


@require_POST
@sensitive_post_parameters("justification")
@permission_required("creditdesk.examine_contest", raise_exception=True)
@report_refusals
def case_contest_review(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ContestReviewForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(review=form), "casework")
    contest = get_object_or_404(case.contests, pk=form.cleaned_data["contest"])
    services.review(contest=contest, by=request.user, **form.review())
    return action_done(request, reference, gettext("Your examination is recorded."))


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
@engine.pinned_champion()
def case_snapshot(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    """Show the case as it was when it was assessed, whatever has happened since."""
    case = case_with_verdict(request, reference)
    assessment = get_object_or_404(case.assessments.select_related("assessed_by", "policy"), pk=number)
    snapshot = Snapshot(case, assessment, Selection.from_query(request.GET))
    context = {"case": case, "snapshot": snapshot}
    return render(request, "creditdesk/snapshot.html", context)
