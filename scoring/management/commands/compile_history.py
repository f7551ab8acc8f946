from typing import Any

from django.core.management.base import BaseCommand

from scoring.ml.features.history.all_tables import PARTS
from scoring.ml.features.history.sql_cache import PLACE, sql_of


class Command(BaseCommand):
    help = "Write the SQL of the histories, so that the first client with a history need not wait for it."

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {(part, added) for part in PARTS for added in ((), part.adds)}
        for part, added in wanted:
            sql_of(part, added)
        self.stdout.write(f"{len(wanted)} histories in {PLACE}")
