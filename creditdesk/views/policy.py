"""Policy pages: the policies, the desk on which one is compared and proposed, and a proposal's answer."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from creditdesk import services
from creditdesk.forms.policy import AnswerForm, ProposalForm
from creditdesk.pages.policy.page import PolicyDeskPage, PolicyListPage, desk_page
from creditdesk.pages.policy.terms import lines_of, policy_name
from creditdesk.web.request import DeskRequest
from scoring.models import Policy
from scoring.policies import in_force


@require_safe
@permission_required("scoring.view_policy", raise_exception=True)
def policy_list(request: DeskRequest) -> HttpResponse:
    return render(request, "creditdesk/policy_list.html", {"page": PolicyListPage()})


@require_safe
@permission_required("scoring.view_policy", raise_exception=True)
def policy_desk(request: DeskRequest) -> HttpResponse:
    """Compare terms with those in force; nothing is stored."""
    page = desk_page(request.GET.dict(), request.user)
    return _desk_response(request, page, 200 if page.terms else 422)


@require_safe
@permission_required("creditdesk.export_cases", raise_exception=True)
def policy_export(request: DeskRequest) -> HttpResponseBase:
    """Export the compared cases, without a name or a reference, to be recomputed elsewhere."""
    page = desk_page(request.GET.dict(), request.user)
    if page.selected is None:
        return _desk_response(request, page, 422)
    response = StreamingHttpResponse(
        services.export_policy_cases(
            lines=page.selected.csv_lines(), cases=len(page.selected.columns), by=request.user
        ),
        content_type="text/csv; charset=utf-8",
    )
    name = f"policy-desk-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@permission_required("scoring.propose_policy", raise_exception=True)
def policy_propose(request: DeskRequest) -> HttpResponse:
    form = ProposalForm(request.POST, label_suffix="")
    page = desk_page(request.POST.dict(), request.user, proposal_form=form)
    if page.terms is None or not form.is_valid():
        return _desk_response(request, page, 422)
    given = form.cleaned_data
    terms = page.form.terms(refers_everybody=given["refers_everybody"])
    try:
        policy = services.propose_policy(
            terms=terms,
            based_on=given["based_on"],
            reason=given["reason"],
            by=request.user,
            evidence=page.comparison.evidence() if page.comparison else {},
        )
    except services.ActRefused as refusal:
        # Compared anew: another policy may have come into force since the figures of this page.
        page = desk_page(request.POST.dict(), request.user, proposal_form=form, refusal=str(refusal))
        return _desk_response(request, page, 409)
    messages.success(request, gettext("Proposed; it waits for a second person."))
    return redirect("policy_detail", policy.pk)


@require_safe
@permission_required("scoring.view_policy", raise_exception=True)
def policy_detail(request: DeskRequest, number: int) -> HttpResponse:
    return _policy_response(request, number)


@require_POST
@permission_required("scoring.publish_policy", raise_exception=True)
def policy_answer(request: DeskRequest, number: int) -> HttpResponse:
    policy = get_object_or_404(Policy, pk=number)
    form = AnswerForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _policy_response(request, number, 422, form=form)
    is_published = form.cleaned_data["answer"] == AnswerForm.PUBLISH
    answer = services.publish_policy if is_published else services.reject_policy
    try:
        answer(policy=policy, reason=form.cleaned_data["reason"], by=request.user)
    except services.ActRefused as refusal:
        return _policy_response(request, number, 409, form=form, refusal=str(refusal))
    messages.success(request, gettext("Your answer is recorded."))
    return redirect("policy_detail", number)


@require_POST
@permission_required("scoring.propose_policy", raise_exception=True)
def policy_withdraw(request: DeskRequest, number: int) -> HttpResponse:
    policy = get_object_or_404(Policy, pk=number, proposed_by=request.user)
    try:
        services.withdraw_policy(policy=policy, by=request.user)
    except services.ActRefused as refusal:
        return _policy_response(request, number, 409, refusal=str(refusal))
    messages.success(request, gettext("Withdrawn."))
    return redirect("policy_list")


def _desk_response(request: DeskRequest, page: PolicyDeskPage, status: int) -> HttpResponse:
    """The figures alone for htmx, which moves a slider; the whole page otherwise."""
    fragment = "#figures" if request.htmx else ""
    return render(request, f"creditdesk/policy_desk.html{fragment}", {"page": page}, status=status)


def _policy_response(
    request: DeskRequest, number: int, status: int = 200, form: AnswerForm | None = None, refusal: str = ""
) -> HttpResponse:
    policy = get_object_or_404(Policy.objects.with_people(), pk=number)
    current = in_force()
    context = {
        "policy": policy,
        "name": policy_name(policy),
        "lines": lines_of(policy),
        "current": current,
        "is_outdated": policy.status == Policy.Status.PROPOSED and policy.based_on != current,
        "is_mine": policy.proposed_by_id == request.user.pk,
        "form": form or AnswerForm(label_suffix=""),
        "refusal": refusal,
    }
    return render(request, "creditdesk/policy_detail.html", context, status=status)
