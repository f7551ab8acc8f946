from typing import Any

from django.core.management.base import BaseCommand

from scoring.ml.features.compiled import PLACE, sql_of
from scoring.ml.features.history import PARTS


class Command(BaseCommand):
    help = "Write the SQL of the histories, so that the first client with a history need not wait for it."

    def handle(self, *args: Any, **options: Any) -> None:
        for part in PARTS:
            sql_of(part, part.adds)
        self.stdout.write(f"{len(PARTS)} histories in {PLACE}")
