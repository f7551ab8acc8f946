from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit.outside import OutsideBroken, check_outside
from accounts.audit.verification import BrokenAt, RowsBroken, Walk, walk_rows


class Command(BaseCommand):
    help = (
        "Walks the audit chain, compares the sealed rows with it, and it with the anchor and the sink "
        "outside; exit code 1 and the first bad event or row when anything was changed, removed or inserted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            metavar="SEQUENCE:SEAL",
            action="append",
            default=[],
            help="a head as it was sent out (log stream, syslog, webhook): the log must have it",
        )

    def handle(self, *args: Any, head: list[str], **options: Any) -> None:
        try:
            check_outside(head)
            rows, walk = walk_rows()
        except BrokenAt as broken:
            raise CommandError(f"The audit log is not intact. {broken.first_break}") from broken
        except (RowsBroken, OutsideBroken) as broken:
            raise CommandError(f"The audit log is not intact. {broken}") from broken
        self._report(walk, rows.checked, rows.covered_from)

    def _report(self, walk: Walk, rows: int, covered_from: int) -> None:
        since = f" (those of earlier releases as they were at event {covered_from})" if covered_from else ""
        self.stdout.write(f"{walk.sequence} events, chain intact; {rows} rows as sealed{since}")
