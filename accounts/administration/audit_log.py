"""The audit log, to be read and searched; nobody adds, changes or deletes here, whatever they post."""

import json
from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_lazy as _

from accounts.administration.audit_changes import changes_in
from accounts.administration.audit_export import audit_lines
from accounts.administration.read_only import LIST_PER_PAGE, NamedValuesFilter
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
    list_display = ("sequence", "when", "actor", "what", "on_what", "request", "genuine")
    list_display_links = ("sequence", "when")
    list_filter = (ActionFilter, "at", ("actor", NamedValuesFilter))
    search_fields = ("actor", "action", "target", "request_id")
    date_hierarchy = "at"
    ordering = ("-sequence",)
    list_per_page = LIST_PER_PAGE
    show_full_result_count = False
    fields = (
        "sequence", "when", "actor", "what", "on_what", "readable_details", "request_id",
        "genuine", "previous_hash", "own_hash",
    )  # fmt: skip
    actions = None

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export.csv", export, name="accounts_auditevent_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The events of the list as CSV; that they were exported is an event of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = self.get_changelist_instance(request).get_queryset(request)
        with transaction.atomic():
            record(action=Action.AUDIT_EXPORTED, actor=request.user, details={"events": events.count()})
        response = StreamingHttpResponse(audit_lines(events), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="audit-{localdate():%Y-%m-%d}.csv"'
        return response

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
        state = verify_end() or _("Log intact, verified at {time}").format(time=f"{localtime():%H:%M}")
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

    @admin.display(description=_("on what"), ordering="target")
    def on_what(self, event: AuditEvent) -> str:
        return event.target_in_words

    @admin.display(description=_("details"))
    def readable_details(self, event: AuditEvent) -> str:
        text = json.dumps(event.details, indent=2, ensure_ascii=False)
        changes = changes_in(event.details)
        return render_to_string("admin/audit_details.html", {"changes": changes, "details": text})

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
