"""Users in the administration: their address, the fields of their forms, and the actions of the list."""

from typing import Final

from django.test import Client as Browser

from accounts.models import User

USERS: Final = "/admin/accounts/user/"
NEW: Final = {
    "username": "newcomer",
    "first_name": "Ada",
    "last_name": "Noël",
    "role": "manager",
    "email": "",
}


def fields(user: User, **changed):
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role,
        "is_active": "on",
    } | changed


def act(browser: Browser, action: str, *users: User, follow: bool = False):
    chosen = {"action": action, "_selected_action": [user.pk for user in users]}
    return browser.post(USERS, chosen, follow=follow)


def with_address(user: User) -> User:
    """The user, with an address that invitations are mailed to."""
    user.email = f"{user.username}@bank.example"
    user.save(update_fields=["email"])
    return user
