"""Adding people: with the event that seals their role."""

from typing import Any

from django.db import transaction

from accounts.audit import Action, record
from accounts.models import User


@transaction.atomic
def add_user(username: str, *, by: User | None, password: str | None = None, **columns: Any) -> User:
    """A new user; without a password the account is of no use yet."""
    user = User.objects.create_user(username, password=password, **columns)
    record_added(user, by=by)
    return user


def record_added(user: User, *, by: User | None) -> None:
    record(action=Action.USER_ADDED, actor=by, target=f"user:{user.get_username()}", rows=[user])
