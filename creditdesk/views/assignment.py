"""Acts by which cases change hands or wait: assign one or many, put aside, take up again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.cases.filters import CaseFilter
from creditdesk.cases.queue_counts import forget_queue_counts
from creditdesk.forms.assignment import AssignmentForm, BulkAssignmentForm, SnoozeForm
from creditdesk.models import Case
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.services import ActRefused, BulkAssignment
from creditdesk.services.assignment import MAX_CASES
from creditdesk.services.refusal import name_of
from creditdesk.views.case_list import list_address
from creditdesk.views.case_response import action_done, invalid_form, report_refusals, visible_case
from creditdesk.web.request import DeskRequest
from scoring.presentation.formatting import labelled


@require_POST
@sensitive_post_parameters("note")
@permission_required("creditdesk.assign_case", raise_exception=True)
@report_refusals
def case_assign(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = AssignmentForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(assignment=form), "casework")
    services.assign(case=case, by=request.user, **form.cleaned_data)
    person = name_of(form.cleaned_data["to"])
    return action_done(request, reference, gettext("The case is %(person)s's now.") % {"person": person})


@require_POST
@sensitive_post_parameters("note", "q")
@permission_required("creditdesk.assign_case", raise_exception=True)
def cases_assign(request: DeskRequest) -> HttpResponse:
    """Assign what is ticked on the list, or all of its filter, and name what stays where it is."""
    form = BulkAssignmentForm(request.POST)
    case_filter = CaseFilter(request.POST, user=request.user)
    address = list_address(case_filter)
    if not form.is_valid():
        for error in form.errors.values():
            messages.error(request, str(error[0]))
        return redirect(address)
    cleaned = form.cleaned_data
    try:
        result = services.assign_many(
            cases=_all_cases(case_filter) if cleaned["all"] else _visible(request, cleaned["case"]),
            to=cleaned["to"],
            by=request.user,
            note=cleaned["note"],
        )
    except ActRefused as refusal:
        messages.error(request, str(refusal))
    else:
        forget_queue_counts(request.user)
        _report(request, result, name_of(cleaned["to"]))
    return redirect(address)


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.snooze_case", raise_exception=True)
@report_refusals
def case_snooze(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = SnoozeForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(snooze=form), "casework")
    services.snooze(case=case, by=request.user, **form.cleaned_data)
    return action_done(request, reference, gettext("The case is put aside."))


@require_POST
@permission_required("creditdesk.snooze_case", raise_exception=True)
@report_refusals
def case_wake(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    services.end_snooze(case=case, by=request.user)
    return action_done(request, reference, gettext("The case is back in the queue."))


def _all_cases(case_filter: CaseFilter) -> dict[int, int | None]:
    """The cases of the list as it stands now, one more than may be assigned at once at most."""
    return dict.fromkeys(case_filter.qs.values_list("pk", flat=True)[: MAX_CASES + 1])


def _visible(request: DeskRequest, cases: dict[int, int]) -> dict[int, int | None]:
    """The ticked cases that exist for this person; a case that does not is not spoken of."""
    visible = Case.objects.visible_to(request.user).filter(pk__in=cases)
    return {pk: cases[pk] for pk in visible.values_list("pk", flat=True)}


def _report(request: DeskRequest, result: BulkAssignment, person: str) -> None:
    if count := len(result.done):
        text = ngettext("%(count)d case is %(person)s's now.", "%(count)d cases are %(person)s's now.", count)
        messages.success(request, text % {"count": count, "person": person})
    if count := len(result.conflicts):
        text = ngettext("%(count)d case stays where it is:", "%(count)d cases stay where they are:", count)
        named = " ".join(labelled(reference, why) for reference, why in result.conflicts.items())
        messages.warning(request, f"{text % {'count': count}} {named}")
