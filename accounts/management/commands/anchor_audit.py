from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.recording import ChainBroken
from accounts.audit.rotation import RotationRefused, anchor_again
from accounts.models import User


class Command(BaseCommand):
    help = (
        "Write the anchor of the audit log anew where it is gone or does not fit. Verify the log first: "
        "whoever runs this vouches for its end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, metavar="USERNAME", help="an administrator or an auditor")
        parser.add_argument("--reason", required=True, help="kept in the log, at least 20 characters")

    def handle(self, *args: Any, by: str, reason: str, **options: Any) -> None:
        person = User.objects.filter(username=by, is_active=True).first()
        if person is None:
            raise CommandError(f"there is no active user {by}")
        try:
            event = anchor_again(by=person, reason=reason)
        except (RotationRefused, ChainBroken) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The log is anchored at event {event.sequence}.")
