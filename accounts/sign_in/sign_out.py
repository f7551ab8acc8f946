"""Signing out: the browser forgets what it has kept of the desk."""

from typing import Any, Final

from allauth.account.views import LogoutView
from django.http import HttpResponse

# Not the cookies: the session is over at the server, and the mark of a known device stays.
CLEAR_SITE_DATA: Final = '"cache", "storage"'


class SignOut(LogoutView):  # type: ignore[misc]
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = CLEAR_SITE_DATA
        return response


sign_out = SignOut.as_view()
