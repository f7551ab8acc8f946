"""Pages that a browser fetches ahead of a click: which request is one, and the rules that ask for it.

Nobody has read such a page yet: it changes nothing, and leaves no trace of a reading.
"""

from functools import cache
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

RULES: Final = "fetch_ahead.speculationrules"


def is_fetched_ahead(request: HttpRequest) -> bool:
    """Whether a browser asks by itself, for a person who may come; scripts cannot set this header."""
    return "prefetch" in request.headers.get("Sec-Purpose", "")


def offer_fetch_ahead(response: HttpResponse) -> None:
    """Let the browser fetch what the page marks with `data-fetch-ahead`; one that cannot ignores it."""
    response["Speculation-Rules"] = f'"{_rules_address()}"'


def not_ahead() -> HttpResponse:
    """The answer that a browser throws away: it asks again when the person comes."""
    return HttpResponse(status=503)


@cache
def _rules_address() -> str:
    return static(RULES)
