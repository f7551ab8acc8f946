"""The sessions of one person, for administrators: where the account is signed in; an end to one or all."""

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.administration.recorded import record_change
from accounts.models import User
from accounts.sign_in import sessions


class UserSessionsAdmin(admin.ModelAdmin[User]):
    """The page of a user's sessions, beside the form of the user."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sessions_view)
        return [path("<int:pk>/sessions/", view, name="accounts_user_sessions"), *super().get_urls()]

    def sessions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = get_object_or_404(User, pk=pk)
        if request.method == "POST":
            raise_if_reauthentication_required(request, app="accounts")
            self._end(request, user, request.POST.get("session", ""))
            return redirect("admin:accounts_user_sessions", pk)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Sessions of %(name)s") % {"name": user},
            "opts": self.opts,
            "original": user,
            "sessions": UserSession.objects.purge_and_list(user),
            "own_key": request.session.session_key,
        }
        return TemplateResponse(request, "admin/accounts/user/sessions.html", context)

    @transaction.atomic
    def _end(self, request: HttpRequest, user: User, number: str) -> None:
        """End the session of that number, or without one all but the session that asks."""
        before = UserSession.objects.filter(user=user).count()
        if number:
            ended = sessions.end_session(user, number)
        else:
            ended = sessions.end_sessions(user, keep=request.session.session_key)
        if ended:
            record_change(request, user, sessions=[before, before - ended])
        text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended) % {"count": ended}
        self.message_user(request, text, level=messages.SUCCESS)

    @admin.display(description=_("sessions"))
    def sessions_link(self, user: User) -> str:
        count = UserSession.objects.filter(user=user).count()
        text = ngettext("%(count)d session", "%(count)d sessions", count) % {"count": count}
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:accounts_user_sessions", args=[user.pk]), text
        )
