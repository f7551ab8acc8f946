"""Command that repeats the draws of the cases for a blind opinion."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from creditdesk.cases.blind_draws import repeat_draws


class Command(BaseCommand):
    help = (
        "Repeats from the audit keys which cases were drawn for a blind opinion, and compares the log and "
        "the stored draws with it; exit code 1 where one differs. Run verify_audit first: it proves the log."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        repeated = repeat_draws()
        if repeated.wrong:
            lines = [f"{draw.reference}: {draw.problem}" for draw in repeated.wrong]
            raise CommandError("\n".join(["Not every draw follows from the key.", *lines]))
        self.stdout.write(f"{repeated.cases:,} cases, {repeated.drawn:,} of them drawn, as the key says")
