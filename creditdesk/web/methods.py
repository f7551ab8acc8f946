"""Methods of HTTP that some page answers, and addresses that answer to a form alone."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, cast

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext

from creditdesk.limits import API_PATH
from creditdesk.web.request import DeskRequest

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def known_methods(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 405 to TRACE and to what nobody has heard of: some views look for POST alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)

    return middleware


def pages_of_forms(
    get_response: Callable[[DeskRequest], HttpResponse],
) -> Callable[[DeskRequest], HttpResponse]:
    """Lead whoever opens the address of a form by itself to the page above it, which has the form.

    A sign-in leads there when a session has ended before the form was sent, so does a reload or another
    language after a refusal.
    """

    def middleware(request: DeskRequest) -> HttpResponse:
        response = get_response(request)
        is_form = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET"
        page = _page_above(request.path_info) if is_form else ""
        if not page or request.htmx or not request.user.is_authenticated or page.startswith(API_PATH):
            return response
        text = gettext("Nothing was recorded by the last form: look at the page, then send it again.")
        waiting = cast("BaseStorage", messages.get_messages(request))
        # The page above may be one of a form as well.
        if text not in [str(message) for message in waiting]:
            messages.warning(request, text)
        waiting.used = False
        return redirect(page)

    return middleware


def _page_above(path: str) -> str:
    """Return the nearest address above that some view answers, "" where that is the desk's own."""
    while (path := path.rstrip("/").rpartition("/")[0] + "/") != "/":
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return ""
