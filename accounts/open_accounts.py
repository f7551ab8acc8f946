"""Accounts that are open still: nobody acts with one that was closed while their request was running."""

from typing import Final

from django.core.exceptions import PermissionDenied

from accounts.models import User
from accounts.prepared_queries import ANYBODY, Prepared

# With each act: its SQL is written once.
_STATE: Final = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("is_active", "role"), ANYBODY)


def check_account(by: User) -> None:
    """Raise PermissionDenied where the account was closed or its role changed since the request began."""
    if _STATE.first(by.pk) != (True, by.role):
        raise PermissionDenied
