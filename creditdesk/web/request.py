from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class DeskRequest(HttpRequest):
    """A request as it reaches a view: its user has signed in, and htmx may have sent it."""

    user: User
    htmx: HtmxDetails


def filter_query(request: DeskRequest) -> QueryDict:
    """Return the filters as sent, with a search term from a body only: addresses end up in logs."""
    if request.method == "POST":
        return request.POST
    query = request.GET.copy()
    query.pop("q", None)
    return query
