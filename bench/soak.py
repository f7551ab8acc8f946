"""Soak, a quarter of an hour of mixed work: python -m bench.soak [--minutes 15] [--users 20].

A demo desk of its own among the temporary files, one web process with eight threads. Everybody lists,
searches, reads cases and their tabs, simulates, adds notes, decides; every fifth is a manager, who also reads
the portfolio and exports; every tenth is a program that asks for verdicts. Exit 1 unless no answer was an
error, the memory of the web process stayed within 5 %, audit chain and every assessment verify, and what was
acknowledged is stored once.
"""

import argparse
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from sqlite3 import connect
from threading import Event, Thread
from urllib.parse import urlencode
from uuid import uuid4

from bench.kill_writers import web_processes

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a" * 32
WARM_UP = 0.2
FLAT_WITHIN = 0.05
NOTES = "SELECT count(*) FROM creditdesk_note"
DECISIONS = "SELECT count(*) FROM creditdesk_decision"
TABS = ("why", "whatif", "compare", "client", "history")
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


class Worker:
    """A person, or a program, who works until it is over; counts what was answered and acknowledged."""

    def __init__(self, port: int, person: list[object], seed: int) -> None:
        role, self.session, self.key, references = person
        self.is_manager, self.references = (
            role == "manager",
            [str(reference) for reference in list(references)],
        )  # type: ignore[call-overload]
        self.port, self.random = port, random.Random(seed)  # noqa: S311
        self.answers: Counter[str] = Counter()
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.decisions: list[str] = []
        self.undecided = list(self.references)
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def work(self, over: Event) -> None:
        steps: list[tuple[Callable[[], None], int]] = [
            (self.list_cases, 3), (self.search, 3), (self.read, 6), (self.read_tab, 5), (self.simulate, 4),
            (self.note, 3), (self.decide, 1), (self.help, 1),
        ]  # fmt: skip
        if self.is_manager:
            steps += [(self.portfolio, 2), (self.export, 1)]
        if self.key:
            steps = [(self.predict, 1)]
        acts, weights = zip(*steps, strict=True)
        while not over.is_set():
            act = self.random.choices(acts, weights)[0]
            try:
                act()
            except (OSError, HTTPException) as error:
                self.errors.append(f"{act.__name__}: {error!r}")
                self.connection.close()
            over.wait(self.random.uniform(0.2, 1.0))

    def ask(
        self, what: str, method: str, path: str, fields: dict[str, str] | None = None, *expected: int
    ) -> str:
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        body = None
        if fields is not None:
            body, headers["Content-Type"] = urlencode(fields), "application/x-www-form-urlencoded"
        return self.send(what, method, path, body, headers, expected or (200,))

    def send(
        self,
        what: str,
        method: str,
        path: str,
        body: str | None,
        headers: dict[str, str],
        expected: tuple[int, ...],
    ) -> str:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        self.answers[what] += 1
        if answer.status not in expected:
            self.errors.append(f"{what}: {answer.status}")
            return ""
        return text

    def case(self) -> str:
        return self.random.choice(self.references)

    def list_cases(self) -> None:
        self.ask("list", "GET", f"/cases/?queue={self.random.choice(('all', 'mine'))}")

    def search(self) -> None:
        self.ask(
            "search",
            "POST",
            "/cases/",
            {"q": self.random.choice(("mar", "dup", "lef", self.case()[:4]))},
            200,
            302,
        )

    def read(self) -> None:
        self.ask("case", "GET", f"/cases/{self.case()}/")

    def read_tab(self) -> None:
        self.ask("tab", "GET", f"/cases/{self.case()}/{self.random.choice(TABS)}/")

    def simulate(self) -> None:
        amount = str(self.random.randrange(50_000, 900_000, 1_000))
        self.ask("simulation", "POST", f"/cases/{self.case()}/simulate/", {"AMT_CREDIT": amount}, 200, 422)

    def note(self) -> None:
        text = f"soak {uuid4()}"
        before = len(self.errors)
        self.ask("note", "POST", f"/cases/{self.case()}/notes/", {"text": text}, 302)
        if len(self.errors) == before:
            self.notes.append(text)

    def decide(self) -> None:
        if not self.undecided:
            return
        reference = self.undecided.pop()
        page = self.ask("case", "GET", f"/cases/{reference}/")
        shown = re.search(r'name="assessment" value="(\d+)"', page)
        if not shown or "data-decision-form" not in page:
            return
        fields = {
            "assessment": shown[1],
            "outcome": "refuse",
            "reason_code": "documents",
            "reason": "The payslips of the last three months are missing.",
        }
        before = len(self.errors)
        self.ask("decision", "POST", f"/cases/{reference}/decide/", fields, 302)
        if len(self.errors) == before:
            self.decisions.append(reference)

    def help(self) -> None:
        self.ask("help", "GET", "/help/")

    def portfolio(self) -> None:
        self.ask("portfolio", "GET", "/portfolio/")

    def export(self) -> None:
        self.ask("export", "GET", "/cases/export.csv?queue=all")

    def predict(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        path = f"/api/v1/{self.random.choice(('predict', 'explain'))}"
        self.send("verdict by API", "POST", path, json.dumps({"reference": self.case()}), headers, (200,))


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
            "LOG_LEVEL": "ERROR",
            "OMP_NUM_THREADS": "1",
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def manage(self, *arguments: str, check: bool = True) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True, check=check
        )
        return done.stdout.strip()

    def serve(self) -> "subprocess.Popen[bytes]":
        gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "creditdesk.wsgi"]
        options = ["--config", "bin/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        server = subprocess.Popen([*gunicorn, *options], cwd=ROOT, env=self.environment)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return server
            except OSError:
                pass
            time.sleep(0.5)
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
    workers = [Worker(desk.port, person, seed) for seed, person in enumerate(people)]
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
        f"memory {memory[0]:.0f} MB at first, {memory[-1]:.0f} MB at last, {max(memory):.0f} MB at most; the last"
        f" fifth against the fifth after the warm-up: {growth(memory):+.1%}"
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
