"""Command that compares the marks of pending cases with what they follow from."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from creditdesk.models import Case

MAX_NAMED: Final = 20


class Command(BaseCommand):
    help = (
        "Compares the marks of pending cases with their decisions, withdrawals and erasures; exit code 1"
        " and the first cases where they differ, which triggers of the database prevent."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = Case.objects.wrongly_marked().order_by("reference")
        if count := wrong.count():
            named = ", ".join(wrong.values_list("reference", flat=True)[:MAX_NAMED])
            raise CommandError(
                f"{count:,} cases are not marked as what they are: {named}. Look who has"
                " removed triggers of the database."
            )
        cases, pending = Case.objects.count(), Case.objects.pending().count()
        self.stdout.write(f"{cases:,} cases, {pending:,} of them pending, as what has closed them says")
