"""The pages of the desk over HTTP, from a web process of its own: python -m bench.served_pages [CLIENTS].

On the demo and so many more synthetic clients, 4,000 unless said otherwise. As a browser asks: over a
connection that stays, compressed where the desk compresses. A page and the empty page are fetched in turn.
For each page the milliseconds until the answer is there, and the processor time of the web process; the
limits are those of `make bench-pages`, which measures the same pages without a server.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlencode

import numpy as np

from bench.kill_writers import web_processes
from bench.pages import CLIENTS, EMPTY, LIMITS, SEED, TABS
from bench.soak import Desk
from bench.soak_workers import TOKEN

# Each of eight threads, whose connections have caches of their own, answers twice before it counts.
WARM_UP: Final = 32
COUNT: Final = WARM_UP + 120
HEADING: Final = "over HTTP, times the empty page    p50 ms   p95 ms       p50       p95    worked  limit"
HTMX: Final = {"HX-Request": "true"}
READER: Final = """
import json
from django.test import Client as Browser
from accounts.models import User
from creditdesk.models import Case
from creditdesk.models.name_index import IndexedName
browser = Browser(SERVER_NAME="127.0.0.1")
browser.force_login(User.objects.get(username="manager"))
references = list(Case.objects.filter(latest_assessment=None).values_list("reference", flat=True))
names = list(IndexedName.objects.order_by("pk").values_list("text", flat=True))
print(json.dumps([browser.session.session_key, references, names]))
"""


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str | None = None


class Taken(NamedTuple):
    """Milliseconds until an answer was there, and of the web process's own work on it."""

    waited: float
    worked: float


class Reader:
    """A browser with a session, that reads from one web process."""

    def __init__(self, port: int, pid: int, session: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._pid = pid
        self._headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Accept-Encoding": "gzip, deflate, br",
        }

    def fetch(self, request: Request) -> Taken:
        worked, begun = worked_ms(self._pid), time.perf_counter()
        headers = self._headers | request.headers
        self._connection.request(request.method, request.path, request.body, headers)
        answer = self._connection.getresponse()
        answer.read()
        waited = (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise SystemExit(f"{request.path} answered {answer.status}")
        return Taken(waited, worked_ms(self._pid) - worked)


def worked_ms(pid: int) -> float:
    """Processor time of all threads of a process until now."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text(encoding="ascii").split()[0]) for thread in threads) / 1e6


def measured(reader: Reader, requests: Iterable[Request]) -> tuple[np.ndarray, np.ndarray]:
    """What each took, and the empty page before it: a row each, waited and worked."""
    taken = [(reader.fetch(Request("GET", EMPTY, {})), reader.fetch(request)) for request in requests]
    empty, page = zip(*taken[WARM_UP:], strict=True)
    return np.array(page), np.array(empty)


def report(name: str, page: np.ndarray, empty: np.ndarray) -> str:
    p50, p95 = np.percentile(page[:, 0], [50, 95])
    waited = np.percentile(page[:, 0], [50, 95]) / np.percentile(empty[:, 0], [50, 95])
    worked = np.median(page[:, 1]) / np.median(empty[:, 1])
    limit = f"{LIMITS[name]:.0f}x" if name in LIMITS else ""
    ratios = f"{waited[0]:>8.1f}x {waited[1]:>8.1f}x {worked:>8.1f}x"
    return f"{name:<32} {p50:>8.2f} {p95:>8.2f} {ratios} {limit:>6}".rstrip()


def works(references: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, list[Request]]]:
    """The pages in the order of `bench.pages`: a fresh one first, then what is stored of it."""
    draw = random.Random(SEED)  # noqa: S311
    chosen = [f"/cases/{reference}/" for reference in draw.sample(references, COUNT)]
    pages = [Request("GET", path, {}) for path in chosen]
    yield "case page, fresh assessment", pages
    yield "case page, stored assessment", pages
    for tab, name in TABS.items():
        parts = [Request("GET", f"{path}{tab}/", {**HTMX, "HX-Target": "tabs"}) for path in chosen]
        yield name, parts
        yield f"{name}, again", parts
    form = {**HTMX, "Content-Type": "application/x-www-form-urlencoded"}
    terms = [name[:4] for name in draw.sample(names, COUNT)]
    yield "search as you type", [Request("POST", "/cases/", form, urlencode({"q": term})) for term in terms]
    yield "case list", [Request("GET", "/cases/", {})] * COUNT
    yield "case list, every case", [Request("GET", "/cases/?queue=all", {})] * COUNT


def main(clients: int) -> None:
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as place:
        desk, folder = Desk(Path(place)), f"{place}/portfolio"
        desk.manage("collectstatic", "--no-input", "--verbosity", "0")
        desk.manage("demo")
        # Beyond the demo's clients, whose numbers begin where those of others do.
        desk.manage("make_portfolio", folder, "--clients", str(1_500 + clients), "--seed", "7")
        desk.manage("import_portfolio", folder, "--advisor", "advisor")
        session, references, names = json.loads(desk.manage("shell", "-v0", "-c", READER).splitlines()[-1])
        server = desk.serve()
        try:
            (web,) = web_processes(server.pid)
            reader = Reader(desk.port, web, session)
            print(HEADING, flush=True)
            for name, requests in works(references, names):
                print(report(name, *measured(reader, requests)), flush=True)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS)
