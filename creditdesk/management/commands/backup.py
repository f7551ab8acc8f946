from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.audit import ChainBroken
from creditdesk.backup import BackupError, create_backup, prune
from creditdesk.backup.create import name_of_today
from creditdesk.backup.encryption import Lock
from creditdesk.management.passphrase import passphrase_in
from creditdesk.services.personal_data import erased_keys


class Command(BaseCommand):
    help = (
        "Back up database, models, drift reports and audit anchor into a new folder, while the desk serves. "
        "Keep AUDIT_KEY and AUDIT_OLD_KEYS apart: a restoration needs them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination", type=Path, nargs="?", metavar="DEST", help="a folder to make")
        parser.add_argument(
            "--into", type=Path, metavar="FOLDER", help="make one with today's name in here instead"
        )
        parser.add_argument("--keep", type=int, metavar="N", help="with --into: remove all but the newest N")
        parser.add_argument(
            "--recipient",
            default=settings.BACKUP_RECIPIENT,
            metavar="age1...",
            help="encrypt for the holder of this key (several: with commas); default: BACKUP_RECIPIENT",
        )
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="encrypt with the passphrase in this file"
        )

    def handle(self, *args: Any, destination: Path | None, into: Path | None, **options: Any) -> None:
        if (destination is None) == (into is None):
            raise CommandError("Name either DEST or --into FOLDER.", returncode=2)
        target = destination or (into or Path()) / name_of_today()
        passphrase = passphrase_in(options["passphrase_file"])
        try:
            lock = Lock.of("" if passphrase else options["recipient"], passphrase)
            backup = create_backup(target, lock=lock)
            if into:
                erased_keys.copy_beside(into)
            removed = prune(into, keep=options["keep"]) if into and options["keep"] else []
        except (BackupError, ChainBroken, DatabaseError) as error:
            raise CommandError(f"No backup was made: {error}") from error
        except OSError as error:
            raise CommandError(f"No backup was made: {error.strerror}: {error.filename}") from error
        self.stdout.write(
            f"{backup.path}: {backup.rows:,} rows, audit log until event {backup.manifest.snapshot.sequence},"
            f" {backup.size / 1e6:,.1f} MB, encryption: {backup.manifest.encryption}"
        )
        if removed:
            self.stdout.write(f"Removed: {', '.join(path.name for path in removed)}")
