"""Users in the administration: their address, a new one, and the actions of the list."""

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


def act(browser: Browser, action: str, *users: User, follow: bool = False):
    chosen = {"action": action, "_selected_action": [user.pk for user in users]}
    return browser.post(USERS, chosen, follow=follow)
