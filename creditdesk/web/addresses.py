"""Addresses that can name nothing."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse


def no_null_characters(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 404 to a path with a zero byte: PostgreSQL refuses to look such a name up, SQLite finds none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return get_response(request)

    return middleware
