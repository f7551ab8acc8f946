"""The demo portfolio: synthetic clients, imported like any other folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.management import call_command
from django.utils import timezone

from creditdesk.demo import CLIENTS
from creditdesk.demo.people import ADVISORS, named
from creditdesk.importing.application_days import application_days
from creditdesk.importing.client_names import names_in
from creditdesk.importing.records import ImportedClient
from creditdesk.importing.store import Portfolio, on_days, store
from creditdesk.models import Case
from scoring.ml.portfolio.outcomes import Month
from scoring.ml.tables.checks import check
from scoring.ml.tables.columns import WEEKDAYS
from scoring.ml.tables.folder import open_folder

SEED: Final = 20
_WEEKS: Final = 8
# Months between the application and the last month observed, of the clients whose past is shown.
_PAST: Final = range(2, 21)


# Months since the quarter that is planted as a bad vintage: its loans have had a year to default.
_BAD_VINTAGE_AGE: Final = 13


@dataclass(frozen=True)
class DemoFolder:
    """A folder of synthetic clients, made when it is first looked at; `now`, whatever the clock is set to."""

    beside: Path
    now: datetime

    @property
    def today(self) -> date:
        return timezone.localtime(self.now).date()

    @cached_property
    def path(self) -> Path:
        folder = self.beside / "demo"
        options = {
            "clients": CLIENTS,
            "seed": SEED,
            "last_month": self.last_month,
            "bad_vintage": self.bad_vintage,
        }
        call_command("make_portfolio", folder, **options, verbosity=0, stdout=StringIO())
        return folder

    @property
    def last_month(self) -> Month:
        """The last whole month, up to which repayment is observed."""
        before = self.today.replace(day=1) - timedelta(days=1)
        return Month(before.year, before.month)

    @property
    def bad_vintage(self) -> Month:
        """First month of a quarter whose loans are a year old: the page on outcomes should name it."""
        month = self.last_month.since_year_0 - _BAD_VINTAGE_AGE
        year, number = divmod(month - month % 3, 12)
        return Month(year, number + 1)

    @cached_property
    def past_days(self) -> dict[int, date]:
        """The application day of each client whose loan, if granted, has been observed for some months."""
        days, _ = application_days(self.path / "applied.csv", today=self.today)
        last = self.last_month.since_year_0
        return {
            reference: day
            for reference, day in days.items()
            if last - Month(day.year, day.month).since_year_0 in _PAST
        }


@contextmanager
def demo_folder() -> Iterator[DemoFolder]:
    with TemporaryDirectory(prefix="creditdesk-demo-") as beside:
        yield DemoFolder(Path(beside), timezone.now())


def import_clients(folder: DemoFolder) -> None:
    """Import the portfolio, half of it for each demo advisor."""
    listed, _ = names_in(folder.path)
    portfolio = Portfolio(
        checked=check(open_folder(folder.path)),
        listed=listed,
        advisors=[named(username) for username in ADVISORS],
        origin=Case.Origin.DEMO,
        submitted=_submitted(folder),
    )
    for _stored in store(portfolio):
        pass


def _submitted(folder: DemoFolder) -> Callable[[ImportedClient], datetime]:
    in_the_past = on_days(folder.past_days, until=folder.now)
    return lambda client: (
        in_the_past(client) if int(client.reference) in folder.past_days else applied_at(client, folder.today)
    )


def applied_at(client: ImportedClient, today: date) -> datetime:
    """A day of the last weeks, with the weekday and hour of the application form."""
    reference = int(client.reference)
    day = today - timedelta(days=1 + reference % (7 * _WEEKS))
    weekday = list(WEEKDAYS).index(str(client.application.get("WEEKDAY_APPR_PROCESS_START", "MONDAY")))
    day -= timedelta(days=(day.weekday() - weekday) % 7)
    hour = int(client.application.get("HOUR_APPR_PROCESS_START", 10))
    return timezone.make_aware(datetime.combine(day, time(hour, reference % 60)))
