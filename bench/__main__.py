"""`make bench`: import, pages and model on 65,000 clients in a database of its own; table and JSON."""

import json
import os
import resource
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from bench.timing import Measure

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data" / "home_credit" / "application_only"
RESULTS = ROOT / "bench" / "results.json"
CLIENTS = 65_000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "DATABASE_URL": f"sqlite:///{beside}/bench.sqlite3",
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
        }
        django.setup()
        folder = REAL if REAL.is_dir() else synthetic(Path(beside))
        found = measure(folder)
    for one in found:
        print(
            f"{one.name:<38} p50 {one.p50:9.2f} {one.unit}  p95 {one.p95:9.2f} {one.unit}"
            f"  {one.ratio:7.1f} x {one.floor} ({one.floor_p50:.2f} {one.unit})"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process, import included: {peak:.0f} MB")
    RESULTS.write_text(json.dumps([asdict(one) | {"ratio": one.ratio} for one in found], indent=1) + "\n")


def synthetic(beside: Path) -> Path:
    from django.core.management import call_command

    call_command("make_portfolio", beside / "portfolio", clients=CLIENTS, seed=1)
    return beside / "portfolio"


def measure(folder: Path) -> "list[Measure]":
    from django.core.management import call_command

    from bench import model, pages, tables

    call_command("demo", verbosity=0)
    return [*tables.measures(folder), *model.measures(), *pages.measures()]


if __name__ == "__main__":
    main()
