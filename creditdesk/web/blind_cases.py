"""The answer for what a verdict shows on, while a person's own opinion comes first."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from creditdesk.models import Case
from creditdesk.services import keeps_verdict, opinion_first
from creditdesk.web.request import DeskRequest

GetResponse = Callable[[DeskRequest], HttpResponse]


class VerdictKept(Exception):
    """The verdict of this case is kept from the person until they have given an opinion of their own."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


def require_opinion(case: Case, user: User) -> None:
    """Raise VerdictKept unless the person may see the verdict."""
    if keeps_verdict(case, user):
        raise VerdictKept(case)


def blind_cases(get_response: GetResponse) -> GetResponse:
    """Lead from everything that shows the verdict to the case page, which asks for the opinion."""

    def process_exception(request: DeskRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, VerdictKept):
            return None
        messages.warning(request, opinion_first())
        address = exception.case.get_absolute_url()
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)

    def middleware(request: DeskRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
