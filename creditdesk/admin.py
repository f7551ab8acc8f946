"""Read-only administration of decisions and assessments."""

from django.contrib import admin

from accounts.administration.read_only import ReadOnlyAdmin
from accounts.administration.site import site
from creditdesk.models import Assessment, Decision


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
