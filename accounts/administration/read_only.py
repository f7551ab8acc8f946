"""Administration of stored evidence: whoever may read the audit log reads it, nobody writes it."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

# As many as a screen or two hold.
LIST_PER_PAGE: Final = 20


class NamedValuesFilter(admin.AllValuesFieldListFilter):
    """Every value but the empty one, whose link would have no name."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        self.lookup_choices = self.lookup_choices.exclude(**{field.name: ""})


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    list_per_page = LIST_PER_PAGE

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("accounts.view_auditevent")

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
