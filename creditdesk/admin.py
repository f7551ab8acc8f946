"""Read-only administration of decisions and assessments."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.administration.read_only import NamedValuesFilter, ReadOnlyAdmin
from accounts.administration.site import site
from creditdesk.models import Assessment, Decision
from creditdesk.templatetags.desk import probability


class CaseEvidenceAdmin(ReadOnlyAdmin):
    """For those who read cases: an administrator of users is none of them."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        reads_cases = request.user.has_perm("creditdesk.view_all_cases")
        return reads_cases and super().has_view_permission(request, obj)

    has_module_permission = has_view_permission


@admin.register(Decision, site=site)
class DecisionAdmin(CaseEvidenceAdmin):
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
class AssessmentAdmin(CaseEvidenceAdmin):
    list_display = [
        "case",
        "verdict",
        "shown_probability",
        "shown_threshold",
        "model_version",
        "assessed_by",
        "assessed_at",
    ]
    list_filter = ["verdict", ("model_version", NamedValuesFilter), "assessed_at"]
    search_fields = ["case__reference", "assessed_by__username"]
    list_select_related = ["case", "assessed_by"]
    exclude = ["inputs", "packed_inputs", "reasons", "probability", "threshold", "base_value"]
    readonly_fields = ["shown_probability", "shown_threshold"]
    date_hierarchy = "assessed_at"

    @admin.display(description=_("probability of default"), ordering="probability")
    def shown_probability(self, assessment: Assessment) -> str:
        return probability(assessment.probability)

    @admin.display(description=_("threshold"), ordering="threshold")
    def shown_threshold(self, assessment: Assessment) -> str:
        return probability(assessment.threshold, 2)
