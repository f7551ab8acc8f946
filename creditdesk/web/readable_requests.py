"""Requests that nothing behind could read, not even the page that reports an error."""

import codecs
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django_htmx.middleware import HtmxDetails

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


def readable_requests(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 400 to a form in another encoding than UTF-8, and to a page whose address cannot be read.

    Everything else is read as UTF-8, whatever it states: JSON is nothing else, and so are addresses.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if stated := request.encoding:
            if request.content_type in _FORMS and codecs.lookup(stated).name != "utf-8":
                return HttpResponseBadRequest()
            request.encoding = "utf-8"
        return get_response(request) if _has_readable_page(request) else HttpResponseBadRequest()

    return middleware


def _has_readable_page(request: HttpRequest) -> bool:
    try:
        urlsplit(HtmxDetails(request).current_url or "")
    except ValueError:
        return False
    return True
