from django.contrib import admin

from accounts.administration.read_only import ReadOnlyAdmin
from accounts.administration.site import site
from scoring.models import (
    Activation,
    Alert,
    ChallengerAppointment,
    ModelVersion,
    Proposal,
    Suspension,
)


@admin.register(ModelVersion, site=site)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = ["name", "digest", "is_demo", "registered_at", "registered_by"]
    list_select_related = ["registered_by"]
    exclude = ["features", "seal"]


@admin.register(Activation, site=site)
class ActivationAdmin(ReadOnlyAdmin):
    list_display = ["version", "activated_at", "activated_by", "reason"]
    list_select_related = ["version", "activated_by"]
    date_hierarchy = "activated_at"


@admin.register(Proposal, site=site)
class ProposalAdmin(ReadOnlyAdmin):
    list_display = ["version", "status", "proposed_by", "answered_by", "answered_at", "overrides_gates"]
    list_select_related = ["version", "proposed_by", "answered_by"]
    list_filter = ["status"]


@admin.register(Suspension, site=site)
class SuspensionAdmin(ReadOnlyAdmin):
    list_display = ["at", "suspends", "by", "reason"]
    list_select_related = ["by"]


@admin.register(ChallengerAppointment, site=site)
class ChallengerAppointmentAdmin(ReadOnlyAdmin):
    list_display = ["version", "appointed_at", "appointed_by", "reason"]
    list_select_related = ["version", "appointed_by"]


@admin.register(Alert, site=site)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ["sent_at", "limit", "value", "threshold", "model_version", "delivered"]
