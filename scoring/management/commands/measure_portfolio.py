from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from scoring.ml.portfolio import aggregates
from scoring.ml.portfolio.measure import measure


class Command(BaseCommand):
    help = (
        "Measure real folders (Parquet) as aggregates of 20 clients or more, for make_portfolio. "
        "A folder with installments_payments is read for its payments only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
        parser.add_argument("--out", type=Path, default=aggregates.PATH)

    def handle(self, *args: Any, folders: list[Path], out: Path, **options: Any) -> None:
        try:
            aggregates.save(measure(folders), out)
        except (FileNotFoundError, aggregates.TooFewClients) as error:
            raise CommandError(f"Nothing was written: {error}.") from error
        self.stdout.write(f"{out}: {out.stat().st_size / 1000:.0f} kB")
