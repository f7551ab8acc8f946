"""The audit log, to be read and searched; nobody adds, changes or deletes here, whatever they post."""

import json
from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.audit import Action, record
from accounts.audit.verification import is_genuine, verify_end
from accounts.models import AuditEvent

VIEWED: Final = "audit_viewed"


class ActionFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return Action.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin[AuditEvent]):
    list_display = ("sequence", "when", "actor", "what", "target", "request", "genuine")
    list_display_links = ("sequence", "when")
    list_filter = (ActionFilter, "at", ("actor", admin.AllValuesFieldListFilter))
    search_fields = ("actor", "action", "target", "request_id")
    date_hierarchy = "at"
    ordering = ("-sequence",)
    show_full_result_count = False
    fields = (
        "sequence", "when", "actor", "what", "target", "readable_details", "request_id",
        "genuine", "previous_hash", "own_hash",
    )  # fmt: skip
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        record_first_view(request)
        state = verify_end() or _("The newest event, its head and the anchor fit together.")
        return super().changelist_view(request, {**(extra_context or {}), "subtitle": state})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record_first_view(request)
        return super().changeform_view(request, *args, **kwargs)

    @admin.display(description=_("time"), ordering="at")
    def when(self, event: AuditEvent) -> str:
        return f"{localtime(event.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("request"))
    def request(self, event: AuditEvent) -> str:
        return event.request_id[:8]

    @admin.display(description=_("what"), ordering="action")
    def what(self, event: AuditEvent) -> str:
        return str(dict(Action.choices).get(event.action, event.action))

    @admin.display(description=_("details"))
    def readable_details(self, event: AuditEvent) -> str:
        return format_html("<pre>{}</pre>", json.dumps(event.details, indent=2, ensure_ascii=False))

    @admin.display(description=_("seal fits"), boolean=True)
    def genuine(self, event: AuditEvent) -> bool:
        return is_genuine(event)


def record_first_view(request: HttpRequest) -> None:
    """Who reads the log is in the log: once a session, not on every page of it."""
    if request.session.get(VIEWED) or not request.user.has_perm("accounts.view_auditevent"):
        return
    with transaction.atomic():
        record(action=Action.AUDIT_VIEWED, actor=request.user)
    request.session[VIEWED] = True
