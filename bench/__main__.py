"""`make bench`: import, pages and model on 65,000 clients in a database of its own; table and JSON."""

import os
import resource
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import django

from bench.results import keep, table

if TYPE_CHECKING:
    from bench.dice import SearchResult
    from bench.timing import Measure

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "home_credit" / "application_only"
LOG = ROOT / "var" / "bench" / "bench.log"
CLIENTS = 65_000


def main() -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside, LOG.open("w") as log:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "DATABASE_URL": f"sqlite:///{beside}/bench.sqlite3",
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
            "BLIND_SHARE": "0",
        }
        # Thousands of lines of the log and of commands would hide the table.
        with redirect_stdout(log), redirect_stderr(log):
            django.setup()
            folder = REAL if REAL.is_dir() else synthetic(Path(beside))
            measures = measure(folder)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            with_dice = compare()
    for line in table(measures):
        print(line)
    print(f"peak memory of this process, import included: {peak:.0f} MB")
    for searched in with_dice:
        print(searched)
    rows = [asdict(figure) | {"ratio": figure.ratio} for figure in measures]
    keep([*rows, *map(asdict, with_dice)])


def synthetic(beside: Path) -> Path:
    from django.core.management import call_command

    call_command("make_portfolio", beside / "portfolio", clients=CLIENTS, seed=1)
    return beside / "portfolio"


def measure(folder: Path) -> "list[Measure]":
    from django.core.management import call_command

    from bench import model, pages, tables, whatif

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo", verbosity=0)
    return [*tables.measures(folder), *model.measures(), *pages.measures(), *whatif.measures()]


def compare() -> "list[SearchResult]":
    """After everything else: DiCE brings pandas and scikit-learn along."""
    from accounts.models import User
    from bench import dice, whatif

    manager = User.objects.get(username="manager")
    return dice.compare(whatif.refusals(manager, 2 * dice.REFUSALS))


if __name__ == "__main__":
    main()
