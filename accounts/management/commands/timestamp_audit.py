from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.timestamps import StampRefused, stamp_head


class Command(BaseCommand):
    help = (
        "Have the head of the audit log stamped by the authority of AUDIT_TIMESTAMP_URL (RFC 3161), daily. "
        "verify_audit demands that every stamp fits the log, and that the newest is not too old."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            stamp = stamp_head()
        except StampRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"event {stamp.sequence} stamped at {stamp.at:%Y-%m-%d %H:%M:%S} UTC: {stamp.path}")
