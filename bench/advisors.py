"""Twenty advisors at once: python -m bench.advisors [--minutes 3] [--users 20] [--clients 65000].

A desk of its own among the temporary files, one web process with eight threads. Everybody lists the queue,
takes the next case, searches, reads, has assessed, claims, adds notes, decides; everybody shares some cases
with a neighbour, and both decide them. Exit 1 unless no answer was an error, each acknowledged act is stored
once, no case has two decisions, the audit chain is intact, and 95 of a hundred answers took under 250 ms.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Final

import numpy as np

from bench.soak import DECISIONS, NOTES, Desk
from bench.soak_workers import Person, Worker

MAX_MS: Final = 250
TWICE: Final = (
    "SELECT count(*) FROM (SELECT case_id FROM creditdesk_decision WHERE status IN ('final', 'proposed')"
    " AND outcome <> 'refer' GROUP BY case_id HAVING count(*) > 1)"
)
PEOPLE: Final = """
import json
from django.test import Client as Browser
from django.utils import timezone
from accounts.people import add_user
from creditdesk.models import Case
users, shared = int({users}), 60
cases = list(Case.objects.order_by("pk").values_list("pk", "reference"))
people = [add_user(f"advisor-{{number}}", by=None, role="advisor") for number in range(users)]
portfolios = [cases[number::users] for number in range(users)]
workers = []
for number, (user, own) in enumerate(zip(people, portfolios)):
    keys = [pk for pk, _ in own]
    for at in range(0, len(keys), 900):
        Case.objects.filter(pk__in=keys[at : at + 900]).update(advisor=user)
    Case.objects.filter(pk__in=keys[:shared]).update(shared_at=timezone.now(), shared_by=user)
    browser = Browser(SERVER_NAME="127.0.0.1")
    browser.force_login(user)
    both = [*own[:shared], *portfolios[number ^ 1][:shared]] if number ^ 1 < users else own[:shared]
    workers.append(["advisor", browser.session.session_key, "", [reference for _, reference in both]])
print(json.dumps(workers))
"""


class Advisor(Worker):
    """Somebody who works through cases, some of which a neighbour decides at the same time."""

    def __init__(self, port: int, person: Person, seed: int) -> None:
        super().__init__(port, person, seed)
        self.milliseconds: list[float] = []
        self.random.shuffle(self.undecided)

    def work(self, over: Event) -> None:
        steps: list[tuple[Callable[[], None], int]] = [
            (self.queue, 3), (self.next_case, 3), (self.search, 2), (self.read, 4), (self.read_tab, 3),
            (self.claim, 1), (self.note, 2), (self.decide, 4),
        ]  # fmt: skip
        acts, weights = zip(*steps, strict=True)
        while not over.wait(self.random.uniform(0.2, 1.0)):
            act = self.random.choices(acts, weights)[0]
            try:
                act()
            except OSError as error:
                self.errors.append(f"{act.__name__}: {error!r}")
                self.connection.close()

    def send(self, what: str, *request: object) -> str:
        begun = time.perf_counter()
        text = super().send(what, *request)  # type: ignore[arg-type]
        self.milliseconds.append((time.perf_counter() - begun) * 1000)
        return text

    def queue(self) -> None:
        queue = self.random.choice(("to_decide", "late", "shared", "all"))
        self.browse("list", "GET", f"/cases/?queue={queue}")

    def next_case(self) -> None:
        self.browse("next", "GET", "/cases/?go=next", None, 302)

    def claim(self) -> None:
        self.browse("claim", "POST", f"/cases/{self.case()}/claim/", {}, 302, 409)

    def decide(self) -> None:
        if not self.undecided:
            return
        reference = self.undecided.pop()
        address = f"/cases/{reference}/"
        page = self.browse("case", "GET", address)
        if not (read := self._assessment(page)):
            self.browse("assess", "POST", f"{address}assess/", {}, 302, 409)
            read = self._assessment(self.browse("case", "GET", address))
        if not read:
            return
        reason = "The payslips of the last three months are missing."
        fields = {"assessment": read, "outcome": "refuse", "reason_code": "documents", "reason": reason}
        before = len(self.errors)
        refused = self.browse("decision", "POST", f"{address}decide/", fields, 302, 409)
        if len(self.errors) == before and not refused:
            self.decisions.append(reference)

    @staticmethod
    def _assessment(page: str) -> str:
        shown = re.search(r'name="assessment" value="(\d+)"', page)
        return shown[1] if shown and "data-decision-form" in page else ""


def prepare(desk: Desk, clients: int, users: int) -> list[Person]:
    folder = desk.place / "clients"
    desk.manage("collectstatic", "--no-input", "--verbosity", "0")
    desk.manage("demo")
    desk.manage("make_portfolio", str(folder), "--clients", str(clients), "--seed", "1")
    for table in folder.iterdir():
        if not table.name.startswith("application"):
            table.unlink()
    desk.manage("import_portfolio", str(folder))
    workers = desk.manage("shell", "-v0", "-c", PEOPLE.format(users=users))
    return [Person(*person) for person in json.loads(workers.splitlines()[-1])]


def measure(desk: Desk, minutes: float, users: int, clients: int) -> bool:
    """Print the result; whether every promise held."""
    people = prepare(desk, clients, users)
    notes, decisions = desk.stored(NOTES), desk.stored(DECISIONS)
    server, over = desk.serve(), Event()
    workers = [Advisor(desk.port, person, seed) for seed, person in enumerate(people)]
    threads = [Thread(target=worker.work, args=(over,), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        over.wait(60 * minutes)
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=90)
        server.terminate()
        server.wait()
    errors = Counter(error for worker in workers for error in worker.errors)
    acknowledged = sum(len(w.notes) for w in workers), sum(len(w.decisions) for w in workers)
    stored = desk.stored(NOTES) - notes, desk.stored(DECISIONS) - decisions
    times = np.concatenate([worker.milliseconds for worker in workers])
    p50, p95, p99 = np.percentile(times, [50, 95, 99])
    answers = sum((worker.answers for worker in workers), Counter[str]())
    cases, twice = desk.stored("SELECT count(*) FROM creditdesk_case"), desk.stored(TWICE)
    print(f"{users} advisors, {cases:,} cases, {minutes:g} minutes: {len(times)} answers, {dict(answers)}")
    print(f"p50 {p50:.0f} ms, p95 {p95:.0f} ms (limit {MAX_MS}), p99 {p99:.0f} ms; load {os.getloadavg()}")
    print(f"errors: {dict(errors) or 'none'}; cases decided twice: {twice}")
    print(f"notes and decisions acknowledged {acknowledged}, stored {stored}")
    chain = desk.manage("verify_audit", check=False)
    marks = desk.manage("verify_pending_cases", check=False)
    print(chain, marks, sep="\n")
    is_intact = stored == acknowledged and not errors and not twice
    return is_intact and "chain intact" in chain and bool(marks) and bool(p95 < MAX_MS)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--clients", type=int, default=65_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="creditdesk-advisors-") as place:
        if not measure(Desk(Path(place)), given.minutes, given.users, given.clients):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
