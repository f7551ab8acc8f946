"""`make bench-spark`: a Spark cluster of two workers on this machine scores portfolios of seven tables.

python -m bench.spark_cluster [CLIENTS ...]: by default 20,000 and 100,000. Each worker has one core. A run is
`score --engine spark` into a folder: reading, checks, history, features, probability and contributions.
Processor time is that of the whole machine while it runs, without what runs under `nice`. Prints what 10 and
100 million clients would take if each cost what a further client costs between the two largest sizes here.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.desk import free_port

ROOT: Final = Path(__file__).resolve().parents[1]
LOG: Final = ROOT / "var" / "bench" / "spark.log"
SIZES: Final = (20_000, 100_000)
PROJECTED: Final = (10_000_000, 100_000_000)
MODEL: Final = "demo-2026-11-29"
WORKERS: Final = 2
WORKER_MEMORY: Final = "3g"
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Run:
    """One size; sizes on disk in bytes, `workspace` at its largest."""

    clients: int
    cpu_seconds: float
    wall_seconds: float
    tables: int
    workspace: int
    scores: int


def main(sizes: Sequence[int]) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with (
        LOG.open("w") as log,
        tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside,
        cluster(Path(beside), log.fileno()) as master,
    ):
        runs = [_run(clients, master, Path(beside), log.fileno()) for clients in sorted(sizes)]
    for line in (*table(runs), "", *projection(*runs[-2:])):
        print(line)


def table(runs: Sequence[Run]) -> Iterator[str]:
    yield "| clients | processor time | on two workers | a second | tables | workspace | scores |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for run in runs:
        stored = " | ".join(f"{size / 1e6:,.0f} MB" for size in (run.tables, run.workspace, run.scores))
        yield (
            f"| {run.clients:,} | {run.cpu_seconds:,.0f} s | {run.wall_seconds:,.0f} s"
            f" | {run.clients / run.wall_seconds:,.0f} | {stored} |"
        )


def projection(smaller: Run, larger: Run) -> Iterator[str]:
    """What millions would take: the fixed part once, and for each client what a further one costs."""
    further = larger.clients - smaller.clients
    a_client = (larger.cpu_seconds - smaller.cpu_seconds) / further
    fixed = max(larger.cpu_seconds - a_client * larger.clients, 0.0)
    yield f"{1000 * a_client:.2f} ms of processor time for a further client, {fixed:.0f} s besides"
    yield "| clients | core-hours | tables | workspace | scores |"
    yield "| --- | --- | --- | --- | --- |"
    for clients in PROJECTED:
        stored = " | ".join(
            f"{size / larger.clients * clients / 1e9:,.0f} GB"
            for size in (larger.tables, larger.workspace, larger.scores)
        )
        yield f"| {clients:,} | {(fixed + a_client * clients) / 3600:,.1f} | {stored} |"


@contextmanager
def cluster(place: Path, log: int) -> Iterator[str]:
    """Start a master and its workers, one core each; yields the master's URL."""
    import pyspark

    spark = Path(pyspark.__file__).parent
    launcher = str(spark / "bin" / "spark-class")
    environment = {**os.environ, "SPARK_HOME": str(spark), "SPARK_LOCAL_IP": HOST}
    port = free_port()
    url = f"spark://{HOST}:{port}"
    address = ("--host", HOST, "--webui-port", "0")
    master = (launcher, "org.apache.spark.deploy.master.Master", *address, "--port", str(port))
    worker = (launcher, "org.apache.spark.deploy.worker.Worker", *address, "--cores", "1")
    memory = ("--memory", WORKER_MEMORY, "--work-dir", str(place / "work"))
    processes = []
    try:
        for command in (master, *[(*worker, *memory, url)] * WORKERS):
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            _await_port(port)
        yield url
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(timeout=60)


def _run(clients: int, master: str, beside: Path, log: int) -> Run:
    tables, out, workspace = (beside / f"{name}-{clients}" for name in ("tables", "scores", "workspace"))
    workspace.mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
        "DATABASE_URL": f"sqlite:///{beside}/desk.sqlite3",
        "SPARK_MASTER": master,
        "SPARK_WORKSPACE": str(workspace),
        "PYSPARK_PYTHON": sys.executable,
    }
    manage = (sys.executable, "manage.py")
    made = (*manage, "make_portfolio", str(tables), "--clients", str(clients), "--seed", "1")
    subprocess.run(made, cwd=ROOT, env=environment, stdout=log, stderr=log, check=True)
    scored = (*manage, "score", str(tables), "--model", MODEL, "--engine", "spark", "--out", str(out))
    cpu, wall = _machine_seconds(), time.perf_counter()
    largest = 0
    with subprocess.Popen(scored, cwd=ROOT, env=environment, stdout=log, stderr=log) as process:
        while process.poll() is None:
            largest = max(largest, _bytes(workspace))
            time.sleep(1)
    if process.returncode:
        raise SystemExit(f"Scoring {clients:,} clients failed: see {LOG}")
    cpu, wall = _machine_seconds() - cpu, time.perf_counter() - wall
    return Run(clients, cpu, wall, _bytes(tables), largest, _bytes(out))


def _machine_seconds() -> float:
    """Processor time of all processes of this machine since it started: executors are nobody's children."""
    user, _, system, *_ = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _bytes(folder: Path) -> int:
    """Size of the files; what Spark moves or removes meanwhile may not be among them."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(place, name).stat().st_size
    return total


def _await_port(port: int) -> None:
    for _ in range(120):
        with socket.socket() as tried:
            if not tried.connect_ex((HOST, port)):
                return
        time.sleep(0.5)
    raise SystemExit(f"The master did not start: see {LOG}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
