"""The page of own sessions: everybody sees them, and ends them after proving who is there."""

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.usersessions.views import ListUserSessionsView
from django.http import HttpRequest, HttpResponse


class OwnSessions(ListUserSessionsView):  # type: ignore[misc]
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise_if_reauthentication_required(request, app="accounts")
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


own_sessions = OwnSessions.as_view()
