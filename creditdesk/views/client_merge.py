"""Merge two records of one client, and part them again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from creditdesk import services
from creditdesk.forms.client_merge import ClientMergeForm, ClientPartForm
from creditdesk.models import Case
from creditdesk.pages.case.other_cases import ClientRecords
from creditdesk.services import ActRefused
from creditdesk.views.case_response import visible_case
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("creditdesk.merge_clients", raise_exception=True)
def client_merge(request: DeskRequest, reference: str) -> HttpResponse:
    """GET: what is known of the person, and whose records may be theirs too. POST: merge another case's."""
    case = visible_case(request, reference)
    cases = Case.objects.visible_to(request.user)
    if request.method != "POST":
        form = ClientMergeForm(cases=cases, initial={"other": request.GET.get("other", "")})
        return _page(request, case, form)
    form = ClientMergeForm(request.POST, cases=cases)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        services.merge_clients(case=case, by=request.user, **form.cleaned_data)
    except ActRefused as refusal:
        return _page(request, case, form, status=409, refusal=str(refusal))
    messages.success(request, gettext("Both are one client now."))
    return redirect("client_merge", reference)


@require_POST
@permission_required("creditdesk.merge_clients", raise_exception=True)
def client_part(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ClientPartForm(request.POST)
    if not form.is_valid():
        return _page(request, case, part_form=form, status=422)
    try:
        services.part_clients(case=case, by=request.user, **form.cleaned_data)
    except ActRefused as refusal:
        return _page(request, case, status=409, refusal=str(refusal))
    messages.success(request, gettext("They are two clients again, each with the cases of before."))
    return redirect("client_merge", reference)


def _page(
    request: DeskRequest,
    case: Case,
    form: ClientMergeForm | None = None,
    *,
    part_form: ClientPartForm | None = None,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    context = {
        "case": case,
        "records": ClientRecords(case, request.user),
        "form": form or ClientMergeForm(cases=Case.objects.visible_to(request.user)),
        "part_form": part_form or ClientPartForm(),
        "refusal": refusal,
    }
    return render(request, "creditdesk/client_merge.html", context, status=status)
