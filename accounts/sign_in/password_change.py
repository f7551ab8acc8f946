"""Changing one's password, for whoever has one here: the directory keeps the passwords of the others."""

from typing import Any

from allauth.account.views import PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse


class ChangePassword(PasswordChangeView):  # type: ignore[misc]
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise Http404
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


password_change = ChangePassword.as_view()
