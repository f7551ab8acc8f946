"""`make bench-scale`: how making, importing, scoring and searching a portfolio grow with its clients.

python -m bench.scale [CLIENTS ...]: by default 10,000, 100,000 and 307,511. Every step is a process of its
own, so its processor time and its peak memory are the operating system's own figures. The floor of a step is
DuckDB's reading of the same files; of a search, the empty page. The exponent is the slope between two sizes:
1 is proportional. Prints a table, writes bench/scale.json and docs/scale.svg, and keeps what commands print
in var/bench/scale.log.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.scale_plot import draw

ROOT: Final = Path(__file__).resolve().parents[1]
SIZES: Final = (10_000, 100_000, 307_511)
LOG: Final = ROOT / "var" / "bench" / "scale.log"
NUMBERS: Final = ROOT / "bench" / "scale.json"
PICTURE: Final = ROOT / "docs" / "scale.svg"
FLOOR: Final = "read the files (DuckDB)"
SEARCH: Final = "search, one answer"
EMPTY: Final = "empty page, one answer"


@dataclass(frozen=True, slots=True)
class Run:
    """One step at one size; `disk_mb` is what it left behind, where it stores something."""

    step: str
    clients: int
    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    disk_mb: float = 0.0


def main(sizes: Sequence[int]) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    runs: list[Run] = []
    with LOG.open("w") as log:
        settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "creditdesk.settings"}
        _run(
            "collectstatic",
            0,
            (sys.executable, "manage.py", "collectstatic", "--no-input"),
            settings,
            log.fileno(),
        )
        for clients in sizes:
            with tempfile.TemporaryDirectory(prefix="creditdesk-scale-") as beside:
                runs += _runs(clients, Path(beside), log.fileno())
            NUMBERS.write_text(json.dumps([asdict(run) for run in runs], indent=1) + "\n")
            PICTURE.write_text(draw(runs_by_step(runs)))
    for line in table(runs):
        print(line)


def runs_by_step(runs: Sequence[Run]) -> dict[str, list[tuple[int, float]]]:
    """Clients and seconds of processor time of each step, in the order of the runs."""
    steps: dict[str, list[tuple[int, float]]] = {}
    for run in runs:
        steps.setdefault(run.step, []).append((run.clients, run.cpu_seconds))
    return steps


def exponent(before: Run, after: Run) -> float:
    """The slope of processor time over clients, both as logarithms."""
    return math.log(after.cpu_seconds / before.cpu_seconds) / math.log(after.clients / before.clients)


def table(runs: Sequence[Run]) -> Iterator[str]:
    at = {(run.step, run.clients): run for run in runs}
    sizes = sorted({run.clients for run in runs})
    head = ("step", "clients", "CPU", "clients/s", "peak", "bytes/client", "x floor", "exponent")
    yield "{:<24} {:>9} {:>10} {:>10} {:>9} {:>13} {:>8} {:>9}".format(*head)
    for step in dict.fromkeys(run.step for run in runs):
        smaller = None
        for clients in sizes:
            run = at[step, clients]
            is_answer = step in (SEARCH, EMPTY)
            floor = at[EMPTY if is_answer else FLOOR, clients].cpu_seconds
            taken = f"{1000 * run.cpu_seconds:.2f} ms" if is_answer else f"{run.cpu_seconds:.1f} s"
            rate = "" if is_answer else f"{clients / run.cpu_seconds:,.0f}"
            stored = f"{1e6 * run.disk_mb / clients:,.0f}" if run.disk_mb else ""
            growth = f"{exponent(smaller, run):.2f}" if smaller else ""
            yield (
                f"{step:<24} {clients:>9,} {taken:>10} {rate:>10} {run.peak_mb:>6,.0f} MB {stored:>13}"
                f" {run.cpu_seconds / floor:>8.1f} {growth:>9}"
            )
            smaller = run


def _runs(clients: int, beside: Path, log: int) -> Iterator[Run]:
    tables, database = beside / "portfolio", beside / "desk.sqlite3"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "AUDIT_ANCHOR": str(beside / "audit.anchor"),
        "HTTPS": "false",
        "REQUIRE_MFA": "false",
        "BLIND_SHARE": "0",
    }
    manage = (sys.executable, "manage.py")
    yield _run(
        "make the portfolio",
        clients,
        (*manage, "make_portfolio", tables, "--clients", clients, "--seed", 1),
        environment,
        log,
        tables,
    )
    yield _run(FLOOR, clients, (sys.executable, "-m", "bench.scale_steps", "read", tables), environment, log)
    _run("prepare", clients, (*manage, "demo"), environment, log)
    before = _megabytes(database)
    imported = (*manage, "import_portfolio", tables, "--advisor", "advisor")
    run = _run("import", clients, imported, environment, log, database)
    yield Run(**{**asdict(run), "disk_mb": run.disk_mb - before})
    yield _run(
        "score",
        clients,
        (*manage, "score", tables, "--out", beside / "scores.csv"),
        environment,
        log,
        beside / "scores.csv",
    )
    shutil.rmtree(tables)
    answers = beside / "answers.json"
    step = (sys.executable, "-m", "bench.scale_steps", "search", answers)
    searching = _run("searching", clients, step, environment, log)
    seconds = json.loads(answers.read_text())
    for name, taken in ((EMPTY, seconds["empty"]), (SEARCH, seconds["search"])):
        yield Run(name, clients, taken, taken, searching.peak_mb)


def _run(
    step: str,
    clients: int,
    command: Sequence[object],
    environment: dict[str, str],
    log: int,
    left: Path | None = None,
) -> Run:
    """Run one process to its end. SystemExit, with the address of the log, when it fails."""
    begun = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), cwd=ROOT, env=environment, stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{step} at {clients:,} clients failed (exit {process.returncode}): see {LOG}")
    return Run(
        step,
        clients,
        usage.ru_utime + usage.ru_stime,
        time.monotonic() - begun,
        usage.ru_maxrss / 1024,
        _megabytes(left) if left else 0.0,
    )


def _megabytes(path: Path) -> float:
    # The write-ahead log of a database lies beside it.
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
