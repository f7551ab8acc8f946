"""Administration whose every addition, change and deletion is an audit event of the same transaction."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import Form
from django.forms.models import BaseModelForm, model_to_dict
from django.http import HttpRequest

from accounts.audit import Action, record
from accounts.audit.chain import plain
from accounts.sealed_rows import SEALED_TABLES


class RecordedAdmin(admin.ModelAdmin[Any]):
    """Django saves an object and calls these hooks in one transaction: what cannot be recorded is undone."""

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> Any:
        message: list[dict[str, Any]] = super().construct_change_message(request, form, formsets, add)
        values = changed_values(form) if isinstance(form, BaseModelForm) else {}
        return [*message, {"values": values}] if values else message

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record_change(request, obj, added=message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record_change(request, obj, changed=message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for obj in queryset:
            record_change(request, obj, deleted=str(obj))
        return super().log_deletions(request, queryset)


def record_change(request: HttpRequest, obj: Model, **details: Any) -> None:
    target = f"{obj._meta.model_name}:{obj}"
    rows = [obj] if obj._meta.db_table in SEALED_TABLES else []
    record(action=Action.ADMIN_CHANGE, actor=request.user, target=target, details=details, rows=rows)


def changed_values(form: "BaseModelForm[Any]") -> dict[str, list[Any]]:
    """Old and new value of every changed field of the model; of a password only that it changed."""
    new = plain(model_to_dict(form.instance))
    return {
        name: [plain(form.initial.get(name)), new[name]]
        for name in form.changed_data
        if name in new and name != "password"
    }
