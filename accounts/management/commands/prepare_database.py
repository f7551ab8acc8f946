from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.database_role import RoleRefused, grant_to


class Command(BaseCommand):
    help = "Bring every table up to date, and give DATABASE_RUNTIME_ROLE the rights that serving needs."

    # The start of a server waits for this; the code was checked when it was built.
    requires_system_checks = ()

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=verbosity)
        if settings.DATABASE_RUNTIME_ROLE and connection.vendor == "postgresql":
            try:
                grant_to(settings.DATABASE_RUNTIME_ROLE, connection)
            except RoleRefused as error:
                raise CommandError(str(error)) from error
