"""Correct or complete the application of a pending case."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from creditdesk import services
from creditdesk.cases.queue_counts import forget_queue_counts
from creditdesk.forms.correction import CorrectionForm
from creditdesk.models import Case
from creditdesk.pages.history_rows import history_links
from creditdesk.services import ActRefused
from creditdesk.views.case_response import visible_case
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@permission_required("creditdesk.correct_case", raise_exception=True)
def case_correct(request: DeskRequest, reference: str) -> HttpResponse:
    """GET: the application as it is on file. POST: correct it and have the case assessed again."""
    case = visible_case(request, reference)
    if request.method != "POST":
        refusal = services.refusal_to_correct(case, request.user)
        return _page(
            request, case, CorrectionForm(case=case), status=409 if refusal else 200, refusal=refusal
        )
    form = CorrectionForm(request.POST, case=case)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        services.correct_application(
            case=case,
            changes=form.changes(),
            profile_digest=form.cleaned_data["profile_digest"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except ActRefused as refusal:
        return _page(request, case, form, status=409, refusal=str(refusal))
    forget_queue_counts(request.user)
    messages.success(request, gettext("The application is corrected, and the case assessed again."))
    return redirect("case_detail", reference)


def _page(
    request: DeskRequest, case: Case, form: CorrectionForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    context = {"case": case, "form": form, "refusal": refusal, "links": history_links(case)}
    return render(request, "creditdesk/correction.html", context, status=status)
