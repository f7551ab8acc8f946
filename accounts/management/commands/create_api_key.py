from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.api_keys.lifecycle import DAYS, KeyRefused, create_key
from accounts.models import ApiKey, User


class Command(BaseCommand):
    help = "Make an API key for a user and print it, once: only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar="USER")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument(
            "--scopes",
            nargs="+",
            choices=ApiKey.Scope.values,
            default=ApiKey.Scope.values,
            help="default: all of them",
        )
        parser.add_argument("--days", type=int, default=DAYS, help=f"until it expires (default {DAYS})")
        parser.add_argument("--per-minute", type=positive, help="requests; default API_REQUESTS_PER_MINUTE")

    def handle(self, *args: Any, username: str, per_minute: int | None, **options: Any) -> None:
        owner = User.objects.filter(username=username, is_active=True).first()
        if owner is None:
            raise CommandError(f"there is no active user {username}")
        wanted = {name: options[name] for name in ("name", "scopes", "days")}
        try:
            key, text = create_key(owner=owner, by=None, per_minute=per_minute, **wanted)
        except KeyRefused as error:
            raise CommandError(f"no key was made: {error}") from error
        self.stderr.write(f"{key.prefix}: {', '.join(key.scopes)}; until {key.expires_at:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(text)


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number
