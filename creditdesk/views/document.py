"""Documents of a case: attach, read and remove them, and ask the client for the missing ones."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from creditdesk import services
from creditdesk.forms.document import DocumentForm, DocumentRequestForm, RemovalForm
from creditdesk.letters.document_request import ask_for_documents
from creditdesk.letters.write import LANGUAGES, pdf_of
from creditdesk.models import Case
from creditdesk.pages.documents import DocumentsPage
from creditdesk.services import ActRefused
from creditdesk.views.case_response import visible_case
from creditdesk.web.request import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@permission_required("creditdesk.view_case", raise_exception=True)
def case_documents(request: DeskRequest, reference: str) -> HttpResponse:
    """GET: the documents of the case. POST: attach a file."""
    case = visible_case(request, reference)
    if request.method != "POST":
        return _page(request, case)
    if not request.user.has_perm("creditdesk.add_document"):
        raise PermissionDenied
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, case, status=422, add_form=form)
    file = form.cleaned_data["file"]
    try:
        services.add_document(case=case, kind=form.cleaned_data["kind"], by=request.user, **file._asdict())
    except ActRefused as refusal:
        return _page(request, case, status=409, refusal=str(refusal))
    messages.success(request, gettext("The document is attached."))
    return redirect("case_documents", reference)


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def document_file(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    """Send a document to be looked at; never as a page that could act in the desk's name."""
    case = visible_case(request, reference)
    document = get_object_or_404(case.documents.filter(removed_at__isnull=True), pk=number)
    if not document.is_as_added:
        return _page(
            request, case, status=409, refusal=gettext("This file was changed after it was added: not shown.")
        )
    response = HttpResponse(bytes(document.content), content_type=document.content_type)
    response["Content-Disposition"] = content_disposition_header(False, document.name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@sensitive_post_parameters("reason")
@permission_required("creditdesk.remove_document", raise_exception=True)
def document_remove(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    case = visible_case(request, reference)
    document = get_object_or_404(case.documents, pk=number)
    form = RemovalForm(request.POST)
    if not form.is_valid():
        return _page(request, case, status=422, refusal=str(form.errors["reason"].as_text()))
    try:
        services.remove_document(document=document, by=request.user, reason=form.cleaned_data["reason"])
    except ActRefused as refusal:
        return _page(request, case, status=409, refusal=str(refusal))
    messages.success(request, gettext("The document is removed; that it was there stays on record."))
    return redirect("case_documents", reference)


@require_POST
@permission_required("creditdesk.add_document", raise_exception=True)
def document_request(request: DeskRequest, reference: str) -> HttpResponse:
    """Write the letter that asks the client for documents."""
    case = visible_case(request, reference)
    form = DocumentRequestForm(request.POST)
    if not form.is_valid():
        return _page(request, case, status=422, request_form=form)
    try:
        ask_for_documents(case=case, by=request.user, **form.cleaned_data)
    except ActRefused as refusal:
        return _page(request, case, status=409, refusal=str(refusal))
    messages.success(request, gettext("The letter is written: print it or send it."))
    return redirect("case_documents", reference)


@require_safe
@permission_required("creditdesk.view_case", raise_exception=True)
def document_request_letter(request: DeskRequest, reference: str, number: int) -> HttpResponse:
    case = visible_case(request, reference)
    letter = get_object_or_404(case.document_requests.select_related("case"), pk=number)
    with translation.override(letter.language):
        name = pgettext("file name", "documents")
    response = HttpResponse(pdf_of(letter), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}-{case.reference}.pdf"'
    response["Content-Language"] = letter.language
    return response


def _page(request: DeskRequest, case: Case, *, status: int = 200, **context: Any) -> HttpResponse:
    page = DocumentsPage(case)
    language = translation.get_language()[:2]
    context = {
        "case": case,
        "page": page,
        "add_form": DocumentForm(),
        "request_form": DocumentRequestForm(
            missing=page.missing, language=language if language in LANGUAGES else LANGUAGES[0]
        ),
        **context,
    }
    return render(request, "creditdesk/documents.html", context, status=status)
