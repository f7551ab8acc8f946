"""New case: the application form, its drafts, and the client file that fills it."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from creditdesk import services
from creditdesk.cases.queue_counts import forget_queue_counts
from creditdesk.forms.application import ApplicationForm, draft_answers
from creditdesk.forms.client_file import FileRefused, read_client_file
from creditdesk.forms.draft import DraftForm, FileForm
from creditdesk.forms.reference_ranges import reference_ranges
from creditdesk.models import Case, Draft
from creditdesk.models.draft import RETENTION
from creditdesk.pages.new_case import chosen_case, confirmations, progress
from creditdesk.services import ActRefused
from creditdesk.web.request import DeskRequest

TEMPLATE: Final = "creditdesk/new_case.html"


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@permission_required("creditdesk.add_case", raise_exception=True)
def new_case(request: DeskRequest) -> HttpResponse:
    """GET: an empty form, or a draft of one's own. POST: open the case and go to its verdict."""
    if request.method != "POST":
        return _blank_or_draft(request)
    form = ApplicationForm(request.POST, reference_ranges=reference_ranges())
    draft = _own_draft(request, request.POST.get("draft", ""))
    if not form.is_valid():
        return _page(request, form, _key(request), status=422)
    unusual = confirmations(form, Case.objects.visible_to(request.user))
    entry: services.Entry = {
        "name": form.cleaned_data["client_name"],
        "application": form.application(),
        "applied_on": form.cleaned_data["applied_on"],
        "draft": draft,
        "draft_key": DraftForm(request.POST).key(),
        "confirmed": [confirmation.code for confirmation in unusual],
        "client_key": form.cleaned_data["client_key"],
        "same_client": chosen_case(form, unusual),
    }
    # After the duplicates were read: one of them may be the case that the same form has just opened.
    if case := services.case_of_entry(by=request.user, **entry):
        return redirect(case)
    if not all(confirmation.is_confirmed for confirmation in unusual):
        return _page(request, form, _key(request), status=422, confirmations=unusual)
    try:
        case = services.open_case(by=request.user, **entry)
    except ActRefused as refusal:
        form.add_error("client_key", str(refusal))
        return _page(request, form, _key(request), status=422, confirmations=unusual)
    forget_queue_counts(request.user)
    return redirect(case)


@require_POST
@sensitive_post_parameters()
@permission_required("creditdesk.add_case", raise_exception=True)
def draft_save(request: DeskRequest) -> HttpResponse:
    """Save the form as it is, unchecked, while somebody types."""
    answers, key, state = draft_answers(request.POST), _key(request), ""
    draft: Draft | None = None
    if set(answers) - {"applied_on"}:
        try:
            draft = services.save_draft(by=request.user, key=key, answers=answers)
        except ActRefused as refusal:
            state = str(refusal)
        else:
            state = gettext("Draft saved at %(time)s.") % {
                "time": f"{timezone.localtime(draft.saved_at):%H:%M:%S}"
            }
    if not request.htmx:
        messages.info(request, state or gettext("There is nothing to save yet."))
        return redirect(f"{reverse('case_new')}?draft={draft.key}" if draft else "case_new")
    context = {"state": state, "progress": progress(ApplicationForm(request.POST))}
    return render(request, f"{TEMPLATE}#draft-saved", context)


@require_POST
@permission_required("creditdesk.add_case", raise_exception=True)
def draft_delete(request: DeskRequest) -> HttpResponse:
    if draft := _own_draft(request, request.POST.get("draft", "")):
        draft.delete()
        messages.success(request, gettext("The draft is deleted."))
    return redirect("case_new")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@permission_required("creditdesk.add_case", raise_exception=True)
def client_file(request: DeskRequest) -> HttpResponse:
    """POST: fill the form from a file, as a draft to be reviewed; a file with an error leaves nothing behind.

    GET: to the form. A refused file leaves the reader at this address, and the page may be loaded again.
    """
    if request.method != "POST":
        return redirect("case_new")
    form = FileForm(request.POST, request.FILES)
    try:
        client = read_client_file(form.content(), timezone.localdate())
        draft = services.save_draft(
            by=request.user, key=uuid.uuid4(), answers=client.answers, monitoring=client.monitoring
        )
    except FileRefused as error:
        return _page(request, _empty_form(), uuid.uuid4(), status=422, file_errors=error.messages)
    except ActRefused as refusal:
        return _page(request, _empty_form(), uuid.uuid4(), status=409, file_errors=[str(refusal)])
    messages.info(request, gettext("The file fills the form: review it, then open the case."))
    if client.unused:
        names = ", ".join(client.unused)
        messages.info(request, gettext("Not used by the desk: %(names)s.") % {"names": names})
    if client.unknown:
        messages.warning(
            request, gettext("Unknown columns, not read: %(names)s.") % {"names": client.unknown}
        )
    return redirect(f"{reverse('case_new')}?draft={draft.key}")


def _blank_or_draft(request: DeskRequest) -> HttpResponse:
    services.discard_expired_drafts()
    if "draft" not in request.GET:
        return _page(request, _empty_form(), uuid.uuid4())
    key = DraftForm({"draft": request.GET["draft"]}).key()
    draft = get_object_or_404(Draft, by=request.user, key=key)
    return _page(
        request, ApplicationForm(draft=draft.answers, reference_ranges=reference_ranges()), draft.key
    )


def _page(request: DeskRequest, form: ApplicationForm, key: uuid.UUID, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    drafts = request.user.drafts.exclude(key=key)
    context |= {"form": form, "draft_key": key, "drafts": drafts, "retention_days": RETENTION.days}
    context["file_form"] = FileForm()
    context["progress"] = progress(form)
    context["has_duplicates"] = any(item.case for item in context.get("confirmations", ()))
    return render(request, TEMPLATE, context, status=status)


def _empty_form() -> ApplicationForm:
    return ApplicationForm(reference_ranges=reference_ranges())


def _key(request: DeskRequest) -> uuid.UUID:
    """Return the key of the draft that the page was opened with, a new one where it names none."""
    return DraftForm(request.POST).key() or uuid.uuid4()


def _own_draft(request: DeskRequest, text: str) -> Draft | None:
    key = DraftForm({"draft": text}).key()
    return Draft.objects.filter(by=request.user, key=key).first() if key else None
