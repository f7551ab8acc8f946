from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import PERMISSIONS, permissions_of


class RoleBackend(ModelBackend):
    """Passwords as Django checks them, permissions from the role table alone."""

    def get_user_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> set[str]:
        return set() if isinstance(user_obj, AnonymousUser) else set(permissions_of(user_obj))

    get_all_permissions = get_user_permissions

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def with_perm(  # type: ignore[override]
        self, perm: str, is_active: bool = True, include_superusers: bool = False, obj: Any = None
    ) -> QuerySet[User]:
        roles = [role for role, permissions in PERMISSIONS.items() if perm in permissions]
        return User.objects.filter(role__in=roles, is_active=is_active)
