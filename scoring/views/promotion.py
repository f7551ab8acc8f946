"""Promotion pages: proposals and their answers, the kill switch, the challenger."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from scoring import services
from scoring.forms import AnswerForm, AppointmentForm, ProposalForm, ReasonForm
from scoring.ml.model.folder import ModelUnavailable
from scoring.models import Proposal, Suspension
from scoring.presentation.gate_labels import gate_label
from scoring.services.gates import measure
from scoring.views.versions import current_version, list_page


class SignedIn(HttpRequest):
    user: User


@require_POST
@permission_required("scoring.propose_model", raise_exception=True)
def model_propose(request: SignedIn) -> HttpResponse:
    form = ProposalForm(request.POST, current=current_version())
    if not form.is_valid():
        return list_page(request, 422, proposal_form=form)
    try:
        proposal = services.propose(by=request.user, **form.cleaned_data)
    except services.PromotionRefused as refusal:
        return list_page(request, 409, refusal=str(refusal))
    messages.success(request, gettext("Proposed; it waits for a second person."))
    return redirect("proposal_detail", proposal.pk)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def proposal_detail(request: SignedIn, number: int) -> HttpResponse:
    return _proposal_page(request, number)


@require_POST
@permission_required("scoring.activate_model", raise_exception=True)
def proposal_answer(request: SignedIn, number: int) -> HttpResponse:
    proposal = get_object_or_404(Proposal, pk=number)
    form = AnswerForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _proposal_page(request, number, 422, form=form)
    reason, override = form.cleaned_data["reason"], form.cleaned_data["override"]
    try:
        if form.cleaned_data["answer"] == AnswerForm.APPROVE:
            services.approve(proposal=proposal, reason=reason, by=request.user, override=override)
        else:
            services.reject(proposal=proposal, reason=reason, by=request.user)
    except services.PromotionRefused as refusal:
        return _proposal_page(request, number, 409, form=form, refusal=str(refusal))
    messages.success(request, gettext("Your answer is recorded."))
    return redirect("proposal_detail", number)


@require_POST
@permission_required("scoring.propose_model", raise_exception=True)
def proposal_withdraw(request: SignedIn, number: int) -> HttpResponse:
    proposal = get_object_or_404(Proposal, pk=number, proposed_by=request.user)
    try:
        services.withdraw(proposal=proposal, by=request.user)
    except services.PromotionRefused as refusal:
        return _proposal_page(request, number, 409, refusal=str(refusal))
    messages.success(request, gettext("Withdrawn."))
    return redirect("model_list")


@require_POST
@permission_required("scoring.suspend_model", raise_exception=True)
def model_switch(request: SignedIn) -> HttpResponse:
    """The kill switch, either way."""
    form = ReasonForm(request.POST, label_suffix="", prefix="switch")
    if not form.is_valid():
        return list_page(request, 422, switch_form=form)
    act = services.resume if Suspension.objects.in_force() else services.suspend
    try:
        row = act(reason=form.cleaned_data["reason"], by=request.user)
    except services.SuspensionRefused as refusal:
        return list_page(request, 409, refusal=str(refusal))
    messages.success(
        request,
        gettext("The model is suspended: every verdict is now refer.")
        if row.suspends
        else gettext("The model answers again."),
    )
    return redirect("model_list")


@require_POST
@permission_required("scoring.propose_model", raise_exception=True)
def model_challenger(request: SignedIn) -> HttpResponse:
    form = AppointmentForm(request.POST, current=current_version())
    if not form.is_valid():
        return list_page(request, 422, challenger_form=form)
    version, reason = form.cleaned_data["version"], form.cleaned_data["reason"]
    try:
        if version:
            services.appoint(version=version, by=request.user, reason=reason)
        else:
            services.dismiss(by=request.user, reason=reason)
    except ModelUnavailable as error:
        return list_page(request, 409, refusal=str(error))
    messages.success(request, gettext("The challenger is changed."))
    return redirect("model_list")


def _proposal_page(
    request: SignedIn, number: int, status: int = 200, form: AnswerForm | None = None, refusal: str = ""
) -> HttpResponse:
    """The gates of a pending proposal are measured anew, those of an answered one are the stored ones."""
    proposal = get_object_or_404(Proposal.objects.with_people(), pk=number)
    is_pending = proposal.status == Proposal.Status.PENDING
    gates = [gate.stored() for gate in measure(proposal.version)] if is_pending else proposal.gates
    context = {
        "proposal": proposal,
        "gates": [gate_label(gate) for gate in gates],
        "failed": any(gate["state"] == "failed" for gate in gates),
        "blocked": any(gate["state"] == "failed" and gate["blocks"] for gate in gates),
        "is_mine": proposal.proposed_by_id == request.user.pk,
        "current": current_version(),
        "form": form or AnswerForm(label_suffix=""),
        "refusal": refusal,
    }
    return render(request, "scoring/proposal.html", context, status=status)
