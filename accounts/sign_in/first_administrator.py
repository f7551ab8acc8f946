"""The first administrator of a new desk: an account that is of no use before its link is followed."""

from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.audit import Action, record
from accounts.models import User
from accounts.people import add_user
from accounts.roles import Role
from accounts.sign_in.invitations import invite

USERNAME: Final = "admin"


@transaction.atomic
def invite_first_administrator() -> str:
    """A new link, which ends any earlier one; nothing once an administrator had a password or signed in.

    Administrators who left count: a desk that had one does not hand itself over to whoever reads its log.
    """
    administrators = User.objects.filter(role=Role.ADMIN)
    set_up = administrators.exclude(password__startswith="!").exclude(password="")  # noqa: S106
    if set_up.exists() or administrators.filter(Q(last_login__isnull=False) | Q(is_active=False)).exists():
        return ""
    user = administrators.first()
    if user is None:
        user = add_user(USERNAME, by=None, role=Role.ADMIN)
    else:
        record(action=Action.ADMIN_CHANGE, actor=None, target=f"user:{user}", details={"invited": "again"})
    return invite(user)
