"""The demo portfolio: synthetic clients, imported like any other folder."""

from datetime import datetime, time, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.management import call_command
from django.utils import timezone

from creditdesk.demo import CLIENTS
from creditdesk.demo.people import ADVISORS, named
from creditdesk.importing.client_names import names_in
from creditdesk.importing.records import ImportedClient
from creditdesk.importing.store import Portfolio, store
from creditdesk.models import Case
from scoring.ml.tables.checks import check
from scoring.ml.tables.columns import WEEKDAYS
from scoring.ml.tables.folder import open_folder

SEED: Final = 20
_WEEKS: Final = 8


def import_clients() -> None:
    """Generate the portfolio and import it, half of it for each demo advisor."""
    with TemporaryDirectory(prefix="creditdesk-demo-") as beside:
        folder = Path(beside) / "demo"
        call_command("make_portfolio", folder, clients=CLIENTS, seed=SEED, verbosity=0, stdout=StringIO())
        names, _ = names_in(folder)
        portfolio = Portfolio(
            checked=check(open_folder(folder)),
            names=names,
            advisors=[named(username) for username in ADVISORS],
            origin=Case.Origin.DEMO,
            submitted=applied_at,
        )
        for _stored in store(portfolio):
            pass


def applied_at(client: ImportedClient) -> datetime:
    """A day of the last weeks, with the weekday and hour of the application form."""
    reference = int(client.reference)
    day = timezone.localdate() - timedelta(days=1 + reference % (7 * _WEEKS))
    weekday = list(WEEKDAYS).index(str(client.application.get("WEEKDAY_APPR_PROCESS_START", "MONDAY")))
    day -= timedelta(days=(day.weekday() - weekday) % 7)
    hour = int(client.application.get("HOUR_APPR_PROCESS_START", 10))
    return timezone.make_aware(datetime.combine(day, time(hour, reference % 60)))
