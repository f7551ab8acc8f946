"""Log lines without addresses: an address may name a case, and a query may hold what somebody typed."""

import logging
from typing import Final

from django.http import HttpRequest

NO_ROUTE: Final = "(no route)"


class RouteFilter(logging.Filter):
    """Put the route in the place of the address in what Django logs of a request, and drop the request.

    For handlers: Django's own loggers pass the path as an argument, and the JSON formatter would write the
    request, its query included, as a field.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            route, paths = _route(request), _addresses(request)
            record.args = tuple(route if argument in paths else argument for argument in record.args)
        return True


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else NO_ROUTE


def _addresses(request: HttpRequest) -> set[str]:
    """The forms in which Django logs an address: it escapes what a terminal would obey."""
    plain = {request.path, request.path_info, request.get_full_path()}
    return plain | {address.encode("unicode_escape").decode("ascii") for address in plain}
