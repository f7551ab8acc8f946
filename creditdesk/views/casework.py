"""Who works on a case: claimed, shared, passed on to a manager, contested by its client."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from creditdesk import services
from creditdesk.forms.casework import AnswerForm, ContestForm, EscalationForm, ExaminationForm
from creditdesk.models import Case
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.case.snapshot import Past
from creditdesk.views.case import answer, assessment_of, done, telling_refusals, visible_case
from creditdesk.web.request import DeskRequest


@require_POST
@permission_required("creditdesk.claim_case", raise_exception=True)
@telling_refusals
def case_claim(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.claim(case=case, by=request.user)
    return done(request, reference, gettext("You have claimed this case."))


@require_POST
@permission_required("creditdesk.claim_case", raise_exception=True)
@telling_refusals
def case_release(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.release(case=case, by=request.user)
    return done(request, reference, gettext("The case is free again."))


@require_POST
@permission_required("creditdesk.claim_case", raise_exception=True)
@telling_refusals
def case_share(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.share(case=case, by=request.user)
    return done(request, reference, gettext("Every advisor can see and claim this case now."))


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.escalate_case", raise_exception=True)
@telling_refusals
def case_escalate(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = EscalationForm(request.POST, auto_id="id_escalate_%s")
    if not form.is_valid():
        return wrong(request, case, "escalation", form)
    services.escalate(case=case, by=request.user, reason=form.cleaned_data["reason"])
    return done(request, reference, gettext("The case is with a manager now."))


@require_POST
@sensitive_post_parameters("answer")
@permission_required("creditdesk.answer_escalation", raise_exception=True)
@telling_refusals
def case_answer(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return wrong(request, case, "answer", form)
    escalation = get_object_or_404(case.escalations, pk=form.cleaned_data["escalation"])
    services.answer_escalation(escalation=escalation, by=request.user, answer=form.cleaned_data["answer"])
    return done(request, reference, gettext("Your answer is recorded."))


@require_POST
@sensitive_post_parameters("words")
@permission_required("creditdesk.contest_decision", raise_exception=True)
@telling_refusals
def case_contest(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ContestForm(request.POST, decision=case.decisions.standing().first())
    if not form.is_valid():
        return wrong(request, case, "contest", form)
    services.contest(case=case, by=request.user, **form.cleaned_data)
    return done(request, reference, gettext("The contest is recorded; another person examines it."))


@require_POST
@sensitive_post_parameters("grounds")
@permission_required("creditdesk.examine_contest", raise_exception=True)
@telling_refusals
def case_examine(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ExaminationForm(request.POST)
    if not form.is_valid():
        return wrong(request, case, "examination", form)
    contest = get_object_or_404(case.contests, pk=form.cleaned_data["contest"])
    services.examine(contest=contest, by=request.user, **form.examined())
    return done(request, reference, gettext("Your examination is recorded."))


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def case_past(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    """The case as it was when it was assessed, whatever has happened since."""
    case = visible_case(request, reference)
    past = Past(case, get_object_or_404(case.assessments.select_related("assessed_by"), pk=number))
    return render(request, "creditdesk/snapshot.html", {"case": case, "past": past})


def wrong(request: DeskRequest, case: Case, name: str, form: object) -> HttpResponse:
    """Back with what is missing, the other parts of the page left alone."""
    page = CasePage(case, assessment_of(case, request), request.user, forms={name: form})
    return answer(request, page, "work", status=422)
