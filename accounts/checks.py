"""A permission that is misspelt in the role table would silently be refused to everybody: say so at start."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.core.checks import CheckMessage, Error, register

from accounts.roles import PERMISSIONS


@register()
def roles_hold_declared_permissions(**kwargs: Any) -> list[CheckMessage]:
    declared = set(declared_permissions())
    return [
        Error(f"The role {role} holds {permission}, which no model declares.", id="accounts.E001")
        for role, permissions in PERMISSIONS.items()
        for permission in sorted(permissions - declared)
    ]


@register()
def demo_sign_in_is_for_the_demo(**kwargs: Any) -> list[CheckMessage]:
    """The one-click sign-in needs no password: an installation with HTTPS or MFA is not a demo."""
    if not settings.DEMO_SIGN_IN or not (settings.HTTPS or settings.REQUIRE_MFA):
        return []
    message = "DEMO_SIGN_IN lets anybody in without a password: it is for a demo without HTTPS and MFA."
    return [Error(message, id="accounts.E002")]


def declared_permissions() -> Iterable[str]:
    for model in apps.get_models():
        options = model._meta
        codenames = [get_permission_codename(action, options) for action in options.default_permissions]
        for codename in (*codenames, *(name for name, _ in options.permissions)):
            yield f"{options.app_label}.{codename}"
