from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from creditdesk.services.personal_data.erased_copies import overwrite_deleted
from creditdesk.services.personal_data.retention import apply_retention, what_is_due


class Command(BaseCommand):
    help = (
        "Erase what RETENTION_DAYS lets expire: drafts (30 days), stored API answers (1), applications sent"
        " to the API without a case (90), clients whose every case was refused (365), accepted (3650) or left"
        " undecided (730) so long ago and is not contested. The audit log is kept for ever, by law for at"
        " least six months (audit, 183). Idempotent; prints what was erased."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print what is due, change nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        due = what_is_due() if dry_run else apply_retention()
        counts = ", ".join(f"{number} {what}" for what, number in due.counts().items())
        self.stdout.write(f"{'Due' if dry_run else 'Erased'}: {counts}")
        if not dry_run and any(due.counts().values()) and (remainder := overwrite_deleted()):
            self.stderr.write(remainder)
