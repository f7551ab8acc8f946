from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.role_requests import RoleRefused, grant_role
from accounts.roles import Role


class Command(BaseCommand):
    help = (
        "Give a user a role, and activate them, where no second administrator is there to approve it: a desk "
        "with one administrator, or none. The audit log keeps that it was done here, and why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--reason", required=True, help="kept in the log, at least 20 characters")

    def handle(self, *args: Any, username: str, role: str, reason: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"there is no user {username}")
        try:
            grant_role(user=user, role=role, reason=reason)
        except RoleRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{username} has the role {role} now.")
