"""Compression of pages and fragments that reflect nothing a stranger could choose."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

Answer = Callable[[HttpRequest], HttpResponseBase]


def compression(get_response: Answer) -> Answer:
    """Compress HTML where BREACH has nothing to guess with.

    That attack sends guesses in the address or the body and measures whether they make a page with a secret
    shorter. So only answers to a GET without a query are compressed, and only pages that exist: an error page
    may repeat its address. Besides, the CSRF token differs in every answer, and Django's middleware adds
    bytes at random.
    """
    gzip = GZipMiddleware(lambda _request: None)  # type: ignore[arg-type]

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not _reflects_nothing(request, response):
            return response
        return gzip.process_response(request, response)

    return middleware


def _reflects_nothing(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_page = response.get("Content-Type", "").startswith("text/html") and response.status_code == 200
    return is_page and request.method == "GET" and not request.META.get("QUERY_STRING")
