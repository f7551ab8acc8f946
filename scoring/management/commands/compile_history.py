from typing import Any

from django.core.management.base import BaseCommand

from scoring.ml.features.history.all_tables import TABLE_HISTORIES
from scoring.ml.features.history.sql_cache import FOLDER, sql_of


class Command(BaseCommand):
    help = "Write the SQL of the histories, so that the first client with a history need not wait for it."

    def handle(self, *args: Any, **options: Any) -> None:
        queries = {(history, tables) for history in TABLE_HISTORIES for tables in ((), history.optional)}
        for history, tables in queries:
            sql_of(history, tables)
        self.stdout.write(f"{len(queries)} histories in {FOLDER}")
