from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from scoring.ml.portfolio import aggregates, writing
from scoring.ml.portfolio.generate import TEST_SHARE
from scoring.ml.portfolio.outcomes import CAMPAIGN_MONTHS, LAST_MONTH, MOST_MONTHS, Month


def month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not of the form 2026-10") from None


def is_observed(bad_vintage: Month, last_month: Month) -> bool:
    """Whether applications of each month of the quarter are followed by a month that is observed."""
    return CAMPAIGN_MONTHS <= last_month.since_year_0 - bad_vintage.since_year_0 <= MOST_MONTHS


class Command(BaseCommand):
    help = (
        "Write a synthetic portfolio in the Home Credit format: the seven tables, clients.csv with names,"
        " applied.csv with the day of each application, and outcomes.csv with the months of repayment since."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT", help="folder to create")
        parser.add_argument("--clients", type=int, required=True, metavar="N")
        parser.add_argument(
            "--seed", type=int, required=True, metavar="S", help="the same seed gives the same bytes"
        )
        parser.add_argument("--format", choices=writing.FORMATS, default="parquet", dest="file_format")
        parser.add_argument(
            "--test-share",
            type=float,
            default=TEST_SHARE,
            help="part of the clients that goes to application_test, without TARGET (default %(default)s)",
        )

        parser.add_argument(
            "--last-month",
            type=month,
            default=LAST_MONTH,
            metavar="YYYY-MM",
            help=f"up to which repayment is observed; applications are of the {MOST_MONTHS} months before it"
            f" (default {LAST_MONTH.year}-{LAST_MONTH.number:02d}: the same bytes on any day)",
        )

        parser.add_argument(
            "--bad-vintage",
            type=month,
            metavar="YYYY-MM",
            help="plant a quarter from this month on: more clients apply, and more default than TARGET says",
        )

    def handle(
        self,
        *args: Any,
        out: Path,
        clients: int,
        seed: int,
        file_format: str,
        test_share: float,
        last_month: Month,
        bad_vintage: Month | None,
        **options: Any,
    ) -> None:
        if clients < 1 or seed < 0 or not 0 <= test_share <= 1:
            raise CommandError(
                "--clients starts at 1, --seed at 0, and --test-share is between 0 and 1.", returncode=2
            )
        if bad_vintage and not is_observed(bad_vintage, last_month):
            raise CommandError("--bad-vintage: its quarter is not within the months observed.", returncode=2)
        portfolio = aggregates.portfolio()
        blocks = portfolio.blocks(
            clients, seed, test_share=test_share, last_month=last_month, campaign=bad_vintage
        )
        try:
            with tqdm(total=clients, unit=" clients", disable=options["verbosity"] == 0) as progress:
                for written in writing.write(blocks, portfolio.layout, out, file_format=file_format):
                    progress.update(written)
        except writing.CannotWrite as error:
            raise CommandError(f"{error}.") from error
        self.stdout.write(f"{out}: {clients} clients, seed {seed}")
