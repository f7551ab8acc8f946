from typing import Any

from django.core.management.base import BaseCommand

from creditdesk.services.personal_data.purge import purge


class Command(BaseCommand):
    help = "Delete expired sessions, drafts and stored API answers. Idempotent; run by the worker every hour."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        counts = purge()._asdict()
        self.stdout.write("Deleted: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
