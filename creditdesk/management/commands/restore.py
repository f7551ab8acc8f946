from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.audit import ChainBroken
from accounts.audit.outside import OutsideBroken, check_outside
from creditdesk.backup import BackupError, restore_backup
from creditdesk.encryption.wrapping import UnknownWrappingKey
from creditdesk.management.passphrase import passphrase_in
from creditdesk.services.personal_data import erased_keys
from creditdesk.services.personal_data.erased_again import settle_restored


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty place that the settings name, and verify it: digests, rows, audit "
        "chain, replay. Exit 1, and the place stays empty, when anything is not as it was backed up."
    )
    # There is no database yet that the checks could look at.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SRC", help="the folder of a backup")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the private key of the recipient")
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="the passphrase it was encrypted with"
        )
        parser.add_argument(
            "--erased",
            type=Path,
            metavar="FILE",
            help="the list of erased keys of the desk that was lost, where it lies neither beside the anchor"
            f" nor as {erased_keys.BESIDE_BACKUPS} beside the backup",
        )

    def handle(self, *args: Any, source: Path, identity: Path | None, **options: Any) -> None:
        further = [source.parent / erased_keys.BESIDE_BACKUPS]
        if options["erased"]:
            further.append(options["erased"])
            if not options["erased"].is_file():
                raise CommandError(f"Nothing was restored: there is no {options['erased']}")
        has_list = any(place.exists() for place in (erased_keys.path(), *further))
        try:
            listed = erased_keys.remembered(*further)
            restored = restore_backup(
                source,
                identity=identity,
                passphrase=passphrase_in(options["passphrase_file"]),
                progress=self.stderr.write,
            )
        except (BackupError, ChainBroken, DatabaseError, UnknownWrappingKey) as error:
            raise CommandError(f"Nothing was restored: {error}") from error
        except OSError as error:
            raise CommandError(f"Nothing was restored: {error.strerror or error}") from error
        self.stdout.write(
            f"Restored and verified: {restored.rows:,} rows as backed up, {restored.events:,} audit events"
            f" and {restored.sealed_rows:,} sealed rows intact, {restored.assessments:,} assessments"
            f" replayed, {restored.models} model versions."
        )
        if again := settle_restored(listed):
            self.stdout.write(
                f"Erased again: {again.keys} data keys that were erased after this backup; "
                f"{again.working_papers} drafts and stored answers of that time."
            )
        if not has_list:
            self.stderr.write(
                "No list of erased keys was found: whoever was erased after this backup can be read again."
                " Restored with --erased FILE, into an empty place, they stay erased."
            )
        self._compare_with_the_sink()

    def _compare_with_the_sink(self) -> None:
        try:
            check_outside([])
        except OutsideBroken as broken:
            self.stderr.write(
                f"What was recorded after this backup is lost: {broken} Keep the old sink as evidence and "
                "name a new one in AUDIT_SINK."
            )
