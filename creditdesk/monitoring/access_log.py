"""One structured log line per answered request: which route, how it ended, how long it took."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("creditdesk.access")


def access_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The route, never the address as typed: an address may name a case.

    A refusal (4xx) of a known user carries the user's number, so that attempts to get past a rule, a form or
    a limit can be counted by account.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        response = get_response(request)
        match = request.resolver_match
        facts: dict[str, object] = {
            "method": request.method,
            "route": match.route if match else "",
            "status": response.status_code,
            "duration_ms": round((time.monotonic() - started) * 1000, 1),
        }
        user = getattr(request, "user", None)
        if 400 <= response.status_code < 500 and user is not None and user.is_authenticated:
            facts["user"] = user.pk
        if "prefetch" in request.headers.get("Sec-Purpose", ""):
            # A browser came ahead of a person, who has read nothing yet.
            facts["ahead"] = True
        logger.info("%(method)s /%(route)s %(status)s %(duration_ms)s ms", facts, extra=facts)
        return response

    return middleware
