from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.audit.verification import BrokenAt, walk_through


class Command(BaseCommand):
    help = "Walks the audit chain; exit code 1 and the first bad event when anything was changed or removed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            events = walk_through()
        except BrokenAt as broken:
            raise CommandError(f"The audit log is not intact. {broken.first_break}") from broken
        if events and not settings.AUDIT_ANCHOR.exists():
            self.stderr.write(
                f"There is no anchor at {settings.AUDIT_ANCHOR}: newest events that were removed together "
                "with their head would not show."
            )
        self.stdout.write(f"{events} events, chain intact")
