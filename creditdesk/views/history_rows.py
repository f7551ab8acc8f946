"""Correct one history table of a case: a row at a time, or the whole table by a file."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from creditdesk import services
from creditdesk.forms.history_row import HistoryFileForm, HistoryRowForm
from creditdesk.pages.history_rows import HistoryRowsPage
from creditdesk.services import ActRefused
from creditdesk.services.history_rows import Tables
from creditdesk.views.case_response import visible_case
from creditdesk.web.request import DeskRequest
from scoring.ml.tables.catalogue import HISTORY


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@permission_required("creditdesk.correct_case", raise_exception=True)
def case_correct_history(request: DeskRequest, reference: str, table: str) -> HttpResponse:
    """GET: the rows on file. POST: change, add or remove a row, or replace all of them by a file."""
    if table not in HISTORY:
        raise Http404
    page = HistoryRowsPage(visible_case(request, reference), table)
    page.position = _position(request, page)
    if request.method != "POST":
        page.page_number = request.GET.get("page", "1")
        page.refusal = services.refusal_to_correct(page.case, request.user)
        return _answer(request, page, status=409 if page.refusal else 200)
    return _correct_by_file(request, page) if "file" in request.POST else _correct_row(request, page)


def _correct_row(request: DeskRequest, page: HistoryRowsPage) -> HttpResponse:
    if page.form is None:
        page.refusal = gettext("The rows of this table are not on file: bring them as a file.")
        return _answer(request, page, status=409)
    removes = "remove" in request.POST and page.position is not None
    form = page.bound_row_form(request.POST, removes=removes)
    if not form.is_valid():
        # A removal that lacks its reason shows the whole row again.
        page.row_form = page.bound_row_form(request.POST)
        return _answer(request, page, status=422)
    rows = list(page.rows)
    changed = [] if removes else [form.corrected_row()]
    place = len(rows) if page.position is None else page.position
    rows[place : place + 1] = changed
    return _correct(request, page, {page.table: rows}, form)


def _correct_by_file(request: DeskRequest, page: HistoryRowsPage) -> HttpResponse:
    page.file_form = form = HistoryFileForm(
        request.POST, request.FILES, case=page.case, tables=page.tables_to_bring
    )
    if not form.is_valid():
        return _answer(request, page, status=422)
    return _correct(request, page, form.rows(), form)


def _correct(
    request: DeskRequest, page: HistoryRowsPage, tables: Tables, form: HistoryRowForm | HistoryFileForm
) -> HttpResponse:
    reference = page.case.reference
    try:
        services.correct_history(
            case=page.case,
            tables=tables,
            profile_digest=form.cleaned_data["profile_digest"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except ActRefused as refusal:
        page.refusal = str(refusal)
        return _answer(request, page, status=409)
    messages.success(request, gettext("The history is corrected, and the case assessed again."))
    return redirect("case_correct_history", reference, page.table)


def _position(request: DeskRequest, page: HistoryRowsPage) -> int | None:
    """Return the row that the address or the form names, None for a new one. Raises Http404."""
    number = (request.POST if request.method == "POST" else request.GET).get("row", "")
    if not number:
        return None
    if not number.isdecimal() or len(number) > 6 or int(number) >= len(page.rows):
        raise Http404
    return int(number)


def _answer(request: DeskRequest, page: HistoryRowsPage, *, status: int) -> HttpResponse:
    return render(request, "creditdesk/history_rows.html", {"case": page.case, "page": page}, status=status)
