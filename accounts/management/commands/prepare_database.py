from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.database_release import ReleaseMismatch, refuse_newer_database, refuse_older_database
from accounts.database_role import RoleRefused, grant_to


class Command(BaseCommand):
    help = "Bring every table up to date, and give DATABASE_RUNTIME_ROLE the rights that serving needs."

    # The start of a server waits for this; the code was checked when it was built.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 unless the tables fit this release"
        )

    def handle(self, *args: Any, verbosity: int, check: bool, **options: Any) -> None:
        try:
            refuse_newer_database(connection)
            if check:
                refuse_older_database(connection)
                return
        except ReleaseMismatch as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=verbosity)
        if settings.DATABASE_RUNTIME_ROLE and connection.vendor == "postgresql":
            try:
                grant_to(settings.DATABASE_RUNTIME_ROLE, connection)
            except RoleRefused as error:
                raise CommandError(str(error)) from error
