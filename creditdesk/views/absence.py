"""Absences: record and cancel one's own, for managers anybody's."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from creditdesk import services
from creditdesk.cases.queue_counts import forget_queue_counts
from creditdesk.forms.assignment import AbsenceForm
from creditdesk.models import Absence
from creditdesk.services import ActRefused
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("creditdesk.record_absence", raise_exception=True)
def absences(request: DeskRequest) -> HttpResponse:
    form = AbsenceForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_absence(by=request.user, **form.absence())
        except ActRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            forget_queue_counts(request.user)
            messages.success(request, gettext("The absence is recorded."))
            return redirect("absences")
    listed = Absence.objects.visible_to(request.user).to_come().select_related("person", "deputy")
    context = {"form": form, "absences": listed, "own_cases": request.user.cases.pending().count()}
    return render(request, "creditdesk/absences.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("creditdesk.record_absence", raise_exception=True)
def absence_cancel(request: DeskRequest, number: int) -> HttpResponse:
    absence = get_object_or_404(Absence.objects.visible_to(request.user).select_related("person"), pk=number)
    try:
        services.cancel_absence(absence=absence, by=request.user)
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, gettext("The absence is cancelled. Cases that went on stay where they are.")
        )
    return redirect("absences")
