"""The answer for a case whose words were erased: what is left of it, and when and by whom it was erased."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from creditdesk.encryption.keyring import DataErased
from creditdesk.models import Case
from creditdesk.web.request import DeskRequest

GetResponse = Callable[[DeskRequest], HttpResponse]


class CaseErased(Exception):
    """The words of this case were erased."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


def require_words(case: Case) -> None:
    """Raise CaseErased unless the words of the case are there."""
    if case.is_erased:
        raise CaseErased(case)


def erased_cases(get_response: GetResponse) -> GetResponse:
    """Answer every page, fragment, letter and act of an erased case with its page, 410 Gone."""

    def process_exception(request: DeskRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CaseErased):
            return _erased_page(request, exception.case)
        if isinstance(exception, DataErased):
            return render(request, "creditdesk/case_erased.html", status=HTTPStatus.GONE)
        return None

    def middleware(request: DeskRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def _erased_page(request: DeskRequest, case: Case) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(case.get_absolute_url())
    context = {
        "case": case,
        "erasure": case.client.erasure,
        "assessments": case.assessments.defer("inputs", "features", "contributions", "reasons"),
        "decisions": case.decisions.select_related("decided_by", "checked_by").defer(
            "reason", "check_reason"
        ),
    }
    return render(request, "creditdesk/case_erased.html", context, status=HTTPStatus.GONE)
