"""Workers of the soak: people with a browser session and programs with an API key."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import Final, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

TOKEN: Final = "a" * 32
TABS: Final = ("why", "whatif", "compare", "client", "history")


class Person(NamedTuple):
    """Somebody who has signed in, with the cases of their portfolio."""

    role: str
    session: str
    key: str
    references: list[str]


class Worker:
    """A person, or a program, who works until it is over; counts what was answered and acknowledged."""

    def __init__(self, port: int, person: Person, seed: int) -> None:
        self.session, self.key, self.references = person.session, person.key, person.references
        self.is_manager = person.role == "manager"
        # One process serves both languages: every second person reads French.
        self.language = ("en", "fr")[seed % 2]
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

    def browse(
        self, what: str, method: str, path: str, fields: dict[str, str] | None = None, *expected: int
    ) -> str:
        cookies = f"sessionid={self.session}; csrftoken={TOKEN}; django_language={self.language}"
        headers = {"Cookie": cookies, "X-CSRFToken": TOKEN}
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
        self.browse("list", "GET", f"/cases/?queue={self.random.choice(('all', 'mine'))}")

    def search(self) -> None:
        self.browse(
            "search",
            "POST",
            "/cases/",
            {"q": self.random.choice(("mar", "dup", "lef", self.case()[:4]))},
            200,
            302,
        )

    def read(self) -> None:
        self.browse("case", "GET", f"/cases/{self.case()}/")

    def read_tab(self) -> None:
        self.browse("tab", "GET", f"/cases/{self.case()}/{self.random.choice(TABS)}/")

    def simulate(self) -> None:
        amount = str(self.random.randrange(50_000, 900_000, 1_000))
        self.browse("simulation", "POST", f"/cases/{self.case()}/simulate/", {"AMT_CREDIT": amount}, 200, 422)

    def note(self) -> None:
        text = f"soak {uuid4()}"
        before = len(self.errors)
        self.browse("note", "POST", f"/cases/{self.case()}/notes/", {"text": text}, 302)
        if len(self.errors) == before:
            self.notes.append(text)

    def decide(self) -> None:
        if not self.undecided:
            return
        reference = self.undecided.pop()
        page = self.browse("case", "GET", f"/cases/{reference}/")
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
        self.browse("decision", "POST", f"/cases/{reference}/decide/", fields, 302)
        if len(self.errors) == before:
            self.decisions.append(reference)

    def help(self) -> None:
        self.browse("help", "GET", "/help/")

    def portfolio(self) -> None:
        self.browse("portfolio", "GET", "/portfolio/")

    def export(self) -> None:
        self.browse("export", "GET", "/cases/export.csv?queue=all")

    def predict(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        path = f"/api/v1/{self.random.choice(('predict', 'explain'))}"
        self.send("verdict by API", "POST", path, json.dumps({"reference": self.case()}), headers, (200,))
