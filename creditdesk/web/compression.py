"""Compression of pages and fragments that reflect nothing a stranger could choose."""

import secrets
from collections.abc import Callable
from gzip import GzipFile
from io import BytesIO
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponseBase]
# Two thirds of the time of gzip's usual level, for a page that is a twentieth longer.
LEVEL: Final = 4
# What is shorter fits into the first packet either way.
MIN_BYTES: Final = 200
MAX_RANDOM_BYTES: Final = 50


def compression(get_response: Answer) -> Answer:
    """Compress HTML where BREACH has nothing to guess with.

    That attack sends guesses in the address or the body and measures whether they make a page with a secret
    shorter. So only answers to a GET without a query are compressed, and only pages that exist: an error page
    may repeat its address. Besides, the CSRF token differs in every answer, and so does the length, by a file
    name at random, as in Django's own middleware, whose level of compression is fixed.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponse) or not _reflects_nothing(request, response):
            return response
        if len(response.content) < MIN_BYTES or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            response.content = _compressed(response.content)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _compressed(content: bytes) -> bytes:
    written, name = BytesIO(), secrets.token_hex(secrets.randbelow(MAX_RANDOM_BYTES + 1))
    with GzipFile(name, "wb", LEVEL, written, mtime=0) as file:
        file.write(content)
    return written.getvalue()


def _reflects_nothing(request: HttpRequest, response: HttpResponseBase) -> bool:
    is_page = response.get("Content-Type", "").startswith("text/html") and response.status_code == 200
    return is_page and request.method == "GET" and not request.META.get("QUERY_STRING")
