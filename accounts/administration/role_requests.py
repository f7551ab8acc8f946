"""Requests for roles, for administrators: who requested which role, and the answer of another one."""

from typing import Any, cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.administration.ways_in import ways_in
from accounts.models import RoleRequest, User
from accounts.role_requests import RoleRefused, answer_role_request


@admin.register(RoleRequest)
class RoleRequestAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "user", "previous_role", "role", "reactivates", "requested_by", "requested_at",
        "ways_in", "outcome", "answered_by", "answered_at",
    )  # fmt: skip
    list_filter = ("outcome",)
    list_select_related = ("user", "requested_by", "answered_by")
    list_display_links = None
    actions = ("approve", "reject")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("accounts.view_rolerequest")

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.answer_rolerequest")

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            raise_if_reauthentication_required(request, app="accounts")
        return super().changelist_view(request, *args, **kwargs)

    @admin.display(description=_("ways into the account"))
    def ways_in(self, role_request: RoleRequest) -> SafeString | str:
        if role_request.answered_at:
            return "–"
        return format_html_join("", "<div>{}</div>", ((line,) for line in ways_in(role_request.user)))

    @admin.action(description=_("Approve the role"), permissions=["answer"])
    def approve(self, request: HttpRequest, requests: QuerySet[RoleRequest]) -> None:
        self._answer(request, requests, approve=True)

    @admin.action(description=_("Reject the role"), permissions=["answer"])
    def reject(self, request: HttpRequest, requests: QuerySet[RoleRequest]) -> None:
        self._answer(request, requests, approve=False)

    def _answer(self, request: HttpRequest, requests: QuerySet[RoleRequest], *, approve: bool) -> None:
        answered = 0
        for role_request in requests:
            try:
                answer_role_request(request=role_request, approve=approve, by=cast("User", request.user))
                answered += 1
            except RoleRefused as refusal:
                self.message_user(request, f"{role_request}: {refusal}", level=messages.ERROR)
        if answered:
            text = ngettext("%(count)d request answered.", "%(count)d requests answered.", answered)
            self.message_user(request, text % {"count": answered}, level=messages.SUCCESS)
