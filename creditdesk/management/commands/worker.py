import os
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from creditdesk.scheduling.claims import LEASE_SECONDS
from creditdesk.scheduling.worker import Worker


class Command(BaseCommand):
    help = (
        "Run the scheduled work (SCHEDULE in the settings) as it is due: verification of the audit log, "
        "drift, retention, purge, backup. Several may run; the desk works without one, and /operations/ says "
        "what waits."
    )
    # It starts commands that check what they need themselves.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end: for cron")
        parser.add_argument(
            "--with-parent", action="store_true", help="end when the process that started it ends"
        )
        parser.add_argument(
            "--lease",
            type=float,
            default=LEASE_SECONDS,
            metavar="SECONDS",
            help="how long a run shows no sign of life before another worker takes it over",
        )

    def handle(self, *args: Any, once: bool, with_parent: bool, lease: float, **options: Any) -> None:
        parent = os.getppid()
        worker = Worker(lease_seconds=lease, until=lambda: with_parent and os.getppid() != parent)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        try:
            worker.run(once=once)
        except DatabaseError as error:
            raise CommandError(f"the database does not answer: {error}") from error
