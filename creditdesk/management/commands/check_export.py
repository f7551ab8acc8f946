from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditdesk.services.export import whole_export


class Command(BaseCommand):
    help = "Say whether a file of case histories is a whole export, byte for byte; exit 1 when it is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            export = whole_export(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        if export is None:
            raise CommandError(
                f"{file} is no whole export of this desk: it was cut off, changed or made elsewhere."
            )
        event = export.event
        self.stdout.write(
            f"Whole: {export.lines:,} lines with the header, exported by {event.actor},"
            f" event {event.sequence}."
        )
