"""Users, for administrators: who they are, which role they have, and what may be taken from them."""

from functools import partial
from typing import Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.administration.recorded import RecordedAdmin, record_change
from accounts.administration.user_sessions import UserSessionsAdmin
from accounts.models import User
from accounts.oidc.groups import is_of_directory, of_the_desk
from accounts.role_requests import RoleRefused, request_role
from accounts.roles import Role, adds_rights
from accounts.sign_in import invitations, second_factor, sessions


class NewUserForm(ModelForm):  # type: ignore[type-arg]
    """Without a password: its owner chooses it."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "role")


@admin.register(User)
class UserAdmin(RecordedAdmin, UserSessionsAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    form = ModelForm
    add_form = NewUserForm
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "role", "is_active")}),
        (_("Sign-in"), {"fields": ("has_second_factor", "sessions_link", "last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "first_name", "last_name", "email", "role")}),)
    list_display = ("username", "full_name", "role", "is_active", "has_second_factor", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name")
    filter_horizontal = ()
    actions = ("invite_again", "reset_second_factor", "end_sessions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = second_factor.factors_of(OuterRef("pk"))
        users: QuerySet[User] = super().get_queryset(request)
        return users.annotate(second_factor=Exists(factors))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        # The audit log names people by their user name: it stays. Nobody raises or locks out themselves.
        own = ("role", "is_active") if obj == request.user else ("role",) if is_of_directory(obj) else ()
        # Whoever answers a request has read the address.
        waiting = ("email",) if obj.role_requests.pending().exists() else ()
        return ("username", "has_second_factor", "sessions_link", "last_login", "date_joined", *own, *waiting)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        present = form.initial.get("role", obj.role) if change else Role.ADVISOR
        wanted = obj.role
        returns = change and obj.is_active and not form.initial.get("is_active", True)
        # The next link into the account goes to an address that this administrator has chosen.
        moves = change and "email" in form.changed_data and _is_of_use_to(request, obj)
        if needs_two := returns or moves or adds_rights(present, wanted):
            # Another administrator answers; the change that is recorded here is without it.
            obj.role, obj.is_active = present, obj.is_active and not (returns or moves)
            hidden = {"role", "is_active"} if returns else {"role"}
            form.changed_data[:] = [name for name in form.changed_data if name not in hidden]
            if moves:
                form.changed_data.append("is_active")
        super().save_model(request, obj, form, change)
        if needs_two:
            self._request_role(request, obj, wanted, reactivates=returns or moves)
        if not change:
            self._invite(request, obj)
        if change and not obj.is_active:
            sessions.end_sessions(obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        # One's own password is changed where the present one is asked for, nobody else's anywhere.
        if str(request.user.pk) == id:
            return redirect("account_change_password")
        raise PermissionDenied

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise_if_reauthentication_required(request, app="accounts")
        return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            raise_if_reauthentication_required(request, app="accounts")
        return super().changelist_view(request, *args, **kwargs)

    def _suspend(self, request: HttpRequest, user: User) -> None:
        """Deactivate, and request the return: the next link into the account is shown to an administrator."""
        user.is_active = False
        user.save(update_fields=["is_active"])
        record_change(request, user, is_active=[True, False])
        self._request_role(request, user, user.role, reactivates=True)

    def _request_role(self, request: HttpRequest, user: User, role: str, *, reactivates: bool) -> None:
        by = cast("User", request.user)
        try:
            requested = request_role(user=user, role=role, by=by, reactivates=reactivates)
        except RoleRefused as refusal:
            self.message_user(request, str(refusal), level=messages.ERROR)
            return
        text = (
            _("%(name)s stays deactivated until another administrator has approved the return as %(role)s.")
            if reactivates
            else _("%(name)s stays %(present)s until another administrator has approved the role %(role)s.")
        )
        words = {
            "name": user,
            "present": requested.get_previous_role_display(),
            "role": requested.get_role_display(),
        }
        self.message_user(request, text % words, level=messages.WARNING)

    def _invite(self, request: HttpRequest, user: User) -> None:
        """Mail the link, or show it this once where there is no address."""
        link = invitations.invite(user)
        if user.email:
            transaction.on_commit(partial(invitations.send, user, link), robust=True)
            self.message_user(request, _("An invitation is on its way to %(name)s.") % {"name": user})
            return
        self.message_user(
            request,
            _("For %(name)s alone, shown this once; it works once: %(link)s") % {"name": user, "link": link},
            level=messages.WARNING,
        )

    def _invite_owner(self, request: HttpRequest, user: User) -> None:
        """Invite the owner of an account; where the link is shown here, another administrator approves."""
        if not user.email and _is_of_use_to(request, user):
            self._suspend(request, user)
        self._invite(request, user)

    def _waits(self, request: HttpRequest, user: User) -> bool:
        """Whether a link shown here would come after another administrator has read who saw one; says so."""
        waits = not user.email and user.role_requests.pending().exists()
        if waits:
            text = _("%(name)s waits for the answer of another administrator: no link before it.")
            self.message_user(request, text % {"name": user}, level=messages.ERROR)
        return waits

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("second factor"), boolean=True, ordering="second_factor")
    def has_second_factor(self, user: User) -> bool:
        return user.second_factor  # type: ignore[attr-defined,no-any-return]

    @admin.action(description=_("Invite again: a new password"), permissions=["change"])
    @transaction.atomic
    def invite_again(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in of_the_desk(users.exclude(username=request.user.get_username())):
            if not self._waits(request, user):
                record_change(request, user, invited=[False, True])
                self._invite_owner(request, user)

    @admin.action(description=_("Reset the second factor"), permissions=["change"])
    @transaction.atomic
    def reset_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        was_reset = False
        for user in users.exclude(username=request.user.get_username()):
            if self._waits(request, user):
                continue
            was_reset = True
            record_change(request, user, second_factor=[second_factor.reset(user), False])
            # Whoever knows the password would otherwise set up a factor of their own.
            if not is_of_directory(user):
                self._invite_owner(request, user)
        if was_reset:
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


def _is_of_use_to(request: HttpRequest, user: User) -> bool:
    """Whether somebody else's active account would be worth taking over: it was used, or has more rights than
    an administrator gives alone."""
    if not user.is_active or user == request.user or is_of_directory(user):
        return False
    return user.last_login is not None or user.has_usable_password() or user.role != Role.ADVISOR
