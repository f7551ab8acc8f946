"""Requests that the desk itself sends: to the addresses of its settings, and nowhere that these lead to."""

from http.client import HTTPResponse
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Leave the redirect as the error that it is to whoever named an address."""


_opener = build_opener(_NoRedirect)


def send_request(request: Request, *, timeout: float) -> HTTPResponse:
    """The answer, to be closed by the caller. Raises OSError, for a redirect too."""
    answer: HTTPResponse = _opener.open(request, timeout=timeout)
    return answer
