"""Roles by group of the directory, which is the second authority here: whoever keeps its groups decides.

The rule of two administrators holds for roles that the desk gives. A role that a group gives is taken by no
administrator of the desk, and none of them can give another one to its holder.
"""

from collections.abc import Sequence

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.audit import Action, record
from accounts.models import User

# No permission at all.
NO_ROLE = ""


def role_of(groups: Sequence[str]) -> tuple[str, str]:
    """The role of the first mapped group among these, and that group; no role for unmapped groups."""
    present = set(groups)
    for group, role in settings.OIDC_GROUP_ROLES.items():
        if group in present:
            return role, group
    return NO_ROLE, ""


@transaction.atomic
def apply_groups(*, user: User, groups: Sequence[str]) -> str:
    """Give the role of these groups and take any other; the role. A change is recorded with its group."""
    role, group = role_of(groups)
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.role != role:
        previous, locked.role = locked.role, role
        locked.save(update_fields=["role"])
        record(
            action=Action.ROLE_BY_GROUP,
            actor=None,
            target=f"user:{locked.get_username()}",
            details={"previous": previous, "new": role, "group": group},
            rows=[locked],
        )
    user.role = role
    return role


def is_of_directory(user: User) -> bool:
    return SocialAccount.objects.filter(user=user).exists()  # type: ignore[no-any-return]


def of_the_desk(users: "QuerySet[User]") -> "QuerySet[User]":
    """Without those whom the directory signs in: they have no password and no role of the desk's giving."""
    return users.filter(socialaccount__isnull=True)
