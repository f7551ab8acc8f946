"""Users, for administrators: who they are, which role they have, and what may be taken from them."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.administration.recorded import RecordedAdmin, record_change
from accounts.models import User
from accounts.sign_in import second_factor, sessions


class NewUserForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "role")


@admin.register(User)
class UserAdmin(RecordedAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    form = ModelForm
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "role", "is_active")}),
        (_("Sign-in"), {"fields": ("new_password", "has_second_factor", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "role", "password1", "password2")}),
    )
    list_display = ("username", "full_name", "role", "is_active", "has_second_factor", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name")
    filter_horizontal = ()
    actions = ("reset_second_factor", "end_sessions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(second_factor=Exists(totp))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        # The audit log names people by their user name: it stays. Nobody raises or locks out themselves.
        own = ("role", "is_active") if obj == request.user else ()
        return ("username", "new_password", "has_second_factor", "last_login", "date_joined", *own)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            sessions.end_sessions(obj)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        # One's own password is changed where the present one is asked for.
        if str(request.user.pk) == id:
            return redirect("account_change_password")
        return super().user_change_password(request, id, form_url)

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("second factor"), boolean=True, ordering="second_factor")
    def has_second_factor(self, user: User) -> bool:
        return user.second_factor  # type: ignore[attr-defined,no-any-return]

    @admin.display(description=_("password"))
    def new_password(self, user: User) -> str:
        return format_html('<a href="../password/">{}</a>', _("Set a new password"))

    @admin.action(description=_("Reset the second factor"), permissions=["change"])
    @transaction.atomic
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users.exclude(username=request.user.get_username()):
            record_change(request, user, second_factor=[second_factor.reset(user), False])
        self.message_user(request, _("Second factor reset; the next sign-in asks for a new one."))

    @admin.action(description=_("End all sessions"), permissions=["change"])
    @transaction.atomic
    def end_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        ended = 0
        for user in users.exclude(username=request.user.get_username()):
            count = sessions.end_sessions(user)
            record_change(request, user, sessions=[count, 0])
            ended += count
        text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended) % {"count": ended}
        self.message_user(request, text, level=messages.SUCCESS)
