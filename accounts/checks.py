"""A permission that is misspelt in the role table would silently be refused to everybody: say so at start."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.core.checks import CheckMessage, Error, Warning, register

from accounts.roles import PERMISSIONS, Role

# "" is a socket of this machine.
LOCAL_HOSTS: Final = {"", "localhost", "127.0.0.1", "::1"}


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


@register()
def the_directory_is_set_up(**kwargs: Any) -> list[CheckMessage]:
    """Groups lead to roles that exist, and tokens come over TLS, on this machine's own directory excepted."""
    if not settings.OIDC_ISSUER:
        return []
    unknown = sorted(set(settings.OIDC_GROUP_ROLES.values()) - set(Role.values))
    errors: list[CheckMessage] = [
        Error(f"OIDC_GROUP_ROLES names a role that does not exist: {role}.", id="accounts.E003")
        for role in unknown
    ]
    issuer = urlsplit(settings.OIDC_ISSUER)
    if issuer.scheme != "https" and (issuer.hostname or "") not in LOCAL_HOSTS:
        errors.append(Error("OIDC_ISSUER is no address with https.", id="accounts.E004"))
    if not settings.OIDC_CLIENT_ID or not settings.OIDC_GROUP_ROLES:
        errors.append(Error("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_GROUP_ROLES.", id="accounts.E005"))
    return errors


@register("accounts", deploy=True)
def the_database_is_who_it_says(**kwargs: Any) -> list[CheckMessage]:
    """Without verify-full or verify-ca whoever stands in between reads and changes what passes."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("postgresql") or database["HOST"] in LOCAL_HOSTS:
        return []
    if str(database.get("OPTIONS", {}).get("sslmode")).startswith("verify-"):
        return []
    return [
        Warning(
            f"The connection to the database on {database['HOST']} does not verify its certificate.",
            hint="Add ?sslmode=verify-full&sslrootcert=... to DATABASE_URL.",
            id="accounts.W001",
        )
    ]


def declared_permissions() -> Iterable[str]:
    for model in apps.get_models():
        options = model._meta
        codenames = [get_permission_codename(action, options) for action in options.default_permissions]
        for codename in (*codenames, *(name for name, _ in options.permissions)):
            yield f"{options.app_label}.{codename}"
