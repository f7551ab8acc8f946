"""A client withdraws an application; a closed case is opened again."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.forms.withdrawal import ReopeningForm, WithdrawalForm
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.views.case_response import action_done, invalid_form, report_refusals, visible_case
from creditdesk.web.request import DeskRequest


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.withdraw_case", raise_exception=True)
@report_refusals
def case_withdraw(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = WithdrawalForm(request.POST, case=case)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(withdrawal=form), "casework")
    services.withdraw(case=case, by=request.user, **form.cleaned_data)
    return action_done(
        request, reference, gettext("The application is withdrawn; no letter of refusal is due.")
    )


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.reopen_case", raise_exception=True)
@report_refusals
def case_reopen(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = ReopeningForm(request.POST, auto_id="id_reopen_%s", label_suffix="")
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(reopening=form), "casework")
    services.reopen(case=case, by=request.user, reason=form.cleaned_data["reason"])
    return action_done(
        request, reference, gettext("The case is open again: it was assessed anew, and waits for a decision.")
    )
