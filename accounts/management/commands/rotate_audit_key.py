import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.audit.recording import ChainBroken
from accounts.audit.rotation import RotationRefused, is_prepared, rotate_key
from accounts.models import User


class Command(BaseCommand):
    help = (
        "Put a new audit key in force from here on: AUDIT_KEY, when the key in force is in AUDIT_OLD_KEYS; "
        "else one is made and written to .env, if the present one is there. Old segments stay verifiable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", metavar="USERNAME", help="an administrator or an auditor, for the log")
        parser.add_argument("--reason", default="", help="kept in the log")

    def handle(self, *args: Any, by: str | None, reason: str, **options: Any) -> None:
        person = User.objects.filter(username=by, is_active=True).first()
        if by and person is None:
            raise CommandError(f"there is no active user {by}")
        try:
            if not is_prepared():
                self._make_key(settings.BASE_DIR / ".env")
            event = rotate_key(by=person, reason=reason)
        except (RotationRefused, ChainBroken) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Event {event.sequence} is the last one of the old key, which stays in AUDIT_OLD_KEYS. "
            "Restart every process that does not know the new key yet."
        )

    def _make_key(self, path: Path) -> None:
        """Write the file first: a desk that starts with both keys works on with the one in force."""
        old, new = settings.AUDIT_KEY, secrets.token_urlsafe(48)
        lines = path.read_text().splitlines() if path.exists() else []
        if f"AUDIT_KEY={old}" not in lines:
            raise CommandError(
                "AUDIT_KEY is in force already, and it does not come from .env. Put a new key into AUDIT_KEY "
                "and this one in front of AUDIT_OLD_KEYS, restart every process, then run this again."
            )
        rest = [line for line in lines if not line.startswith(("AUDIT_KEY=", "AUDIT_OLD_KEYS="))]
        older = [old, *settings.AUDIT_OLD_KEYS]
        draft = path.with_name(".env.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join([*rest, f"AUDIT_KEY={new}", f"AUDIT_OLD_KEYS={','.join(older)}", ""]))
        draft.replace(path)
        settings.AUDIT_KEY, settings.AUDIT_OLD_KEYS = new, older
