"""Notes on a case: add one, change or remove the own one that nobody else has read."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from creditdesk import services
from creditdesk.forms.decision import NoteForm
from creditdesk.models import Case
from creditdesk.pages.case.page import CasePage
from creditdesk.pages.case.posted_forms import PostedForms
from creditdesk.services import ActRefused
from creditdesk.views.case_response import (
    case_response,
    current_assessment,
    invalid_form,
    report_refusals,
    visible_case,
)
from creditdesk.web.request import DeskRequest


@require_POST
@sensitive_post_parameters("text")
@permission_required("creditdesk.add_note", raise_exception=True)
def case_notes(request: DeskRequest, reference: str) -> HttpResponse:
    case = visible_case(request, reference)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return invalid_form(request, case, PostedForms(note=form), "history", tab="history")
    sent = form.cleaned_data
    note = services.add_note(case=case, by=request.user, text=sent["text"], form_key=sent["entry"])
    return _done(request, case, gettext("The note is added."), note.text)


@require_POST
@sensitive_post_parameters("text")
@permission_required("creditdesk.add_note", raise_exception=True)
@report_refusals
def case_note_change(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    case = visible_case(request, reference)
    note = get_object_or_404(case.notes.filter(author=request.user), pk=number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise ActRefused(gettext("A note has words, 4,000 letters at most: it stays as it was."))
    changed = services.change_note(note=note, by=request.user, text=form.cleaned_data["text"])
    return _done(request, case, gettext("The note is changed."), changed.text)


@require_POST
@permission_required("creditdesk.add_note", raise_exception=True)
@report_refusals
def case_note_remove(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    case = visible_case(request, reference)
    note = get_object_or_404(case.notes.filter(author=request.user), pk=number)
    services.remove_note(note=note, by=request.user)
    return _done(request, case, gettext("The note is removed."), "")


def _done(request: DeskRequest, case: Case, message: str, text: str) -> HttpResponse:
    """Show the history with what was done, and whom the note names in vain."""
    if unreachable := services.mentions_of(case, text).unreachable:
        names = ", ".join(f"@{name}" for name in unreachable)
        message += " " + gettext(
            "Not notified, because they cannot see this case: %(names)s. Refer it to them, or share it."
        ) % {"names": names}
    if not request.htmx:
        messages.success(request, message)
        return redirect("case_history", case.reference)
    assessment = current_assessment(request, case)
    page = CasePage(case, assessment, request.user, tab="history", message=message)
    return case_response(request, page, "history")
