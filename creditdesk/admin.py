"""What the administration shows of the desk: stored evidence, to be read and never edited."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin_site import site
from creditdesk.models import Assessment, Decision

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:  # generic for the type checker only
    _ModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(_ModelAdmin):
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("accounts.view_auditevent")

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Decision, site=site)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = [
        "case",
        "outcome",
        "status",
        "is_override",
        "reason_code",
        "decided_by",
        "decided_at",
        "checked_by",
    ]
    list_filter = ["outcome", "status", "is_override", "reason_code", "decided_at"]
    search_fields = ["case__reference", "decided_by__username", "checked_by__username"]
    list_select_related = ["case", "decided_by", "checked_by"]
    date_hierarchy = "decided_at"


@admin.register(Assessment, site=site)
class AssessmentAdmin(ReadOnlyAdmin):
    list_display = [
        "case",
        "verdict",
        "probability",
        "threshold",
        "model_version",
        "assessed_by",
        "assessed_at",
    ]
    list_filter = ["verdict", "model_version", "assessed_at"]
    search_fields = ["case__reference", "assessed_by__username"]
    list_select_related = ["case", "assessed_by"]
    exclude = ["inputs", "reasons"]
    date_hierarchy = "assessed_at"
