"""The opinion that an advisor gives before the verdict of a blind case shows."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.forms.opinion import OpinionForm
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.views.case_response import action_done, invalid_form, report_refusals, visible_case
from creditdesk.web.request import DeskRequest


@require_POST
@permission_required("creditdesk.give_opinion", raise_exception=True)
@report_refusals
def case_opinion(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = OpinionForm(request.POST, label_suffix="")
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(opinion=form), "decision")
    services.give_opinion(case=case, outcome=form.cleaned_data["opinion"], by=request.user)
    return action_done(request, reference, gettext("Your opinion is recorded: here is the verdict."))
