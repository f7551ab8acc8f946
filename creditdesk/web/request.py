from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class DeskRequest(HttpRequest):
    """A request as it reaches a view: somebody of ours has signed in, and htmx may have sent it."""

    user: User
    htmx: HtmxDetails


def asked(request: DeskRequest) -> QueryDict:
    """The filters as sent. A term is read from a body only: addresses end up in logs and histories."""
    if request.method == "POST":
        return request.POST
    data = request.GET.copy()
    data.pop("q", None)
    return data
