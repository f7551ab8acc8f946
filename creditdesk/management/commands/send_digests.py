from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditdesk.services.digest import send_digests


class Command(BaseCommand):
    help = (
        "Mail a digest of unread notifications to everybody who wishes one. Repeated, it sends nothing twice."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        sent, failed = send_digests()
        if failed:
            raise CommandError(f"Digests sent: {sent}. Not sent: {failed}; the next run tries them again.")
        self.stdout.write(f"Digests sent: {sent}.")
