import hashlib
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from creditdesk.importing.outcomes import COLUMNS, OutcomeFileError, OutcomeReject, outcome_lines
from creditdesk.importing.rejects import write_rejects
from creditdesk.services.outcome import import_outcomes

SHOWN_REJECTS = 5


class Command(BaseCommand):
    help = (
        f"Import how loans were repaid, a CSV line for each loan and month: {', '.join(COLUMNS)}."
        " The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="CSV of the lines not taken")

    def handle(self, *, file: Path, rejects: Path | None, **options: Any) -> None:
        if rejects and not rejects.parent.is_dir():
            raise CommandError(f"Nothing was imported: there is no folder {rejects.parent}.")
        try:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            result = import_outcomes(lines=outcome_lines(file), digest=digest)
        except (OutcomeFileError, OperationalError, OSError) as error:
            raise CommandError(f"Nothing was imported: {error}") from error
        self.stdout.write(
            f"{result.added:,} months added, {result.unchanged:,} on file already,"
            f" {len(result.rejects):,} lines not taken."
        )
        self.report(result.rejects, rejects)

    def report(self, rejects: Sequence[OutcomeReject], path: Path | None) -> None:
        if path and rejects:
            try:
                write_rejects(path, OutcomeReject._fields, rejects)
            except OSError as error:
                raise CommandError(f"The months above are stored; {path} was not written: {error}") from error
            self.stderr.write(f"See {path}.")
        for reject in [] if path else rejects[:SHOWN_REJECTS]:
            self.stderr.write(f"  line {reject.line}: {reject.reference} {reject.reason}")
