from typing import Any

from django.core.management.base import BaseCommand

from accounts.sign_in.first_administrator import invite_first_administrator
from accounts.sign_in.invitations import validity


class Command(BaseCommand):
    help = (
        "Print the link by which the first administrator of a new desk sets up the account: it works once. "
        "Prints nothing once an administrator has done so."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        link = invite_first_administrator()
        if link:
            hours = int(validity().total_seconds() // 3600)
            self.stdout.write(
                f"This desk has no administrator yet. The account admin is set up, once and within {hours}"
                f" hours, at:\n{link}"
            )
