"""Soak, a quarter of an hour of mixed work: python -m bench.soak [--minutes 15] [--users 20].

A demo desk of its own among the temporary files, one web process with eight threads, every second person in
French. Everybody lists, searches, reads cases and their tabs, simulates, adds notes, decides; every fifth is
a manager, who also reads the portfolio and exports; every tenth is a program that asks for verdicts. Exit 1
unless no answer was an error, the memory of the web process stayed within 5 %, audit chain and every
assessment verify, and what was acknowledged is stored once.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from sqlite3 import connect
from threading import Event, Thread

from bench.desk import free_port
from bench.kill_writers import web_processes
from bench.soak_workers import Person, Worker

ROOT = Path(__file__).resolve().parents[1]
WARM_UP = 0.2
FLAT_WITHIN = 0.05
NOTES = "SELECT count(*) FROM creditdesk_note"
DECISIONS = "SELECT count(*) FROM creditdesk_decision"
PEOPLE = """
import json, sys
from django.test import Client as Browser
from accounts.api_keys.lifecycle import create_key
from accounts.people import add_user
from creditdesk.models import Case
users = int({users})
cases = list(Case.objects.order_by("pk").values_list("pk", "reference"))
people = []
for number in range(users):
    role = "manager" if number % 5 == 4 else "advisor"
    user = add_user(f"soak-{{number}}", by=None, role=role)
    own = cases[number::users]
    Case.objects.filter(pk__in=[pk for pk, _ in own]).update(advisor=user)
    browser = Browser(SERVER_NAME="127.0.0.1")
    browser.force_login(user)
    key = ""
    if number % 10 == 9:
        may = {{"scopes": ["predict", "explain"], "days": 1, "per_minute": None}}
        _, key = create_key(owner=user, by=user, name="soak", **may)
    references = [reference for _, reference in own]
    people.append([role, browser.session.session_key, key, references])
print(json.dumps(people))
"""


def resident(pid: int) -> float:
    """Memory of a process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def growth(memory: list[float]) -> float:
    """Of the last fifth over the fifth after the warm-up, as a share."""
    fifth = max(1, int(len(memory) * WARM_UP))
    return statistics.median(memory[-fifth:]) / statistics.median(memory[fifth : 2 * fifth]) - 1


class Desk:
    def __init__(self, place: Path) -> None:
        self.place = place
        self.environment = {
            "DATABASE_URL": f"sqlite:///{place / 'desk.sqlite3'}",
            **os.environ,
            "AUDIT_ANCHOR": str(place / "audit.anchor"),
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
            "BLIND_SHARE": "0",
            "LOG_LEVEL": "ERROR",
            "OMP_NUM_THREADS": "1",
            # As bin/start sets it.
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_MMAP_THRESHOLD_": "131072",
            "MALLOC_TRIM_THRESHOLD_": "131072",
        }
        self.port = free_port()

    def manage(self, *arguments: str, check: bool = True) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=check
        )
        return done.stdout.strip()

    def serve(self, ready: str = "/readyz") -> "subprocess.Popen[bytes]":
        """Start the web process; return once this address answers 200."""
        gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "creditdesk.wsgi"]
        options = ["--config", "bin/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        server = subprocess.Popen([*gunicorn, *options], cwd=ROOT, env=self.environment)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", ready)
                if connection.getresponse().status == 200:
                    return server
            except OSError:
                pass
            time.sleep(0.5)
        server.terminate()
        server.wait()
        raise SystemExit("the desk did not become ready")

    def stored(self, query: str) -> int:
        with closing(connect(self.place / "desk.sqlite3")) as database:
            return int(database.execute(query).fetchone()[0])


def soak(desk: Desk, minutes: float, users: int) -> bool:
    """Print the result; whether every promise held."""
    desk.manage("collectstatic", "--no-input", "--verbosity", "0")
    desk.manage("demo")
    people = json.loads(desk.manage("shell", "-v0", "-c", PEOPLE.format(users=users)).splitlines()[-1])
    notes, decisions = desk.stored(NOTES), desk.stored(DECISIONS)
    server, over = desk.serve(), Event()
    workers = [Worker(desk.port, Person(*person), seed) for seed, person in enumerate(people)]
    threads = [Thread(target=worker.work, args=(over,), daemon=True) for worker in workers]
    memory: list[float] = []
    try:
        for thread in threads:
            thread.start()
        (web,) = web_processes(server.pid)
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end:
            memory.append(resident(web))
            time.sleep(min(5.0, 60 * minutes / 50))
        same_process = web_processes(server.pid) == [web]
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=90)
        server.terminate()
        server.wait()
    answers = sum((worker.answers for worker in workers), Counter[str]())
    errors = Counter(error for worker in workers for error in worker.errors)
    acknowledged = (
        sum(len(worker.notes) for worker in workers),
        sum(len(worker.decisions) for worker in workers),
    )
    stored = desk.stored(NOTES) - notes, desk.stored(DECISIONS) - decisions
    print(f"{users} users, {minutes:g} minutes: {sum(answers.values())} answers, {dict(answers)}")
    print(f"errors: {dict(errors) or 'none'}; the same web process to the end: {same_process}")
    print(f"notes and decisions acknowledged {acknowledged}, stored {stored}")
    print(
        f"memory {memory[0]:.0f} MB at first, {memory[-1]:.0f} MB at last, {max(memory):.0f} MB at most;"
        f" the last fifth against the fifth after the warm-up: {growth(memory):+.1%}"
    )
    chain, replay = (desk.manage(command, check=False) for command in ("verify_audit", "replay_assessments"))
    print(chain)
    print(replay)
    is_flat = growth(memory) <= FLAT_WITHIN
    verified = "chain intact" in chain and "all the same" in replay
    return not errors and same_process and stored == acknowledged and is_flat and verified


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--users", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="creditdesk-soak-") as place:
        if not soak(Desk(Path(place)), given.minutes, given.users):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
