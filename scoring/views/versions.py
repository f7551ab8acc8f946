"""List of model versions with the forms that act on them, and the version of a past moment."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from scoring import engine
from scoring.forms import AppointmentForm, MomentForm, PairForm, ProposalForm, ReasonForm
from scoring.models import Activation, ChallengerAppointment, ModelVersion, Proposal, Suspension, model_as_of
from scoring.presentation.version_folder import read_version_folder

LATEST = 10


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_list(request: HttpRequest) -> HttpResponse:
    return list_page(request)


def list_page(request: HttpRequest, status: int = 200, **forms: Any) -> HttpResponse:
    """`forms` replaces a form by the one that was posted and not accepted."""
    versions = ModelVersion.objects.order_by("-registered_at", "-pk")
    current = current_version()
    appointment = ChallengerAppointment.objects.in_force()
    context = {
        "versions": [(version, read_version_folder(version)) for version in versions],
        "current": current,
        "activation": Activation.objects.current().select_related("activated_by").first(),
        "suspension": Suspension.objects.in_force(),
        "failure": engine.failure(),
        "appointment": appointment,
        "pending": Proposal.objects.pending().with_people(),
        "answered": Proposal.objects.with_people().exclude(status=Proposal.Status.PENDING)[:LATEST],
        "activations": Activation.objects.select_related("version", "activated_by")[:LATEST],
        "proposal_form": ProposalForm(current=current),
        "challenger_form": AppointmentForm(current=current),
        "switch_form": ReasonForm(label_suffix="", prefix="switch"),
        "pair_form": PairForm(label_suffix=""),
        "moment_form": MomentForm(label_suffix=""),
        **forms,
    }
    return render(request, "scoring/model_list.html", context, status=status)


@require_safe
@permission_required("scoring.view_modelversion", raise_exception=True)
def model_at(request: HttpRequest) -> HttpResponse:
    """The version that answered at a moment of the past."""
    form = MomentForm(request.GET or None, label_suffix="")
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        moment = form.cleaned_data["at"]
        context |= {
            "moment": moment,
            "answered": model_as_of(moment),
            "activation": Activation.objects.as_of(moment),
            "suspension": Suspension.objects.in_force(moment),
        }
    return render(request, "scoring/model_at.html", context)


def current_version() -> ModelVersion | None:
    activation = Activation.objects.current().first()
    return activation.version if activation else None
