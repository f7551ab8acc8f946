from django.contrib import admin

from accounts.admin_site import site
from accounts.read_only_admin import ReadOnlyAdmin
from scoring.models import Activation, ModelVersion


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
