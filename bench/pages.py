"""Processor time of the pages that advisors live in, through every middleware, against the empty page.

`make bench` measures them on its own portfolio. `make bench-pages` (python -m bench.pages CLIENTS) measures
them alone, on the demo and so many more synthetic clients, 4,000 unless said otherwise, with the limits that
they have to stay under. A page and the empty page are fetched in turn, so that a busy machine slows both.
"""

import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.timing import Measure, allocated

if TYPE_CHECKING:
    from django.test import Client as Browser

REQUESTS: Final = 105
SEED: Final = 1
CLIENTS: Final = 4_000
EMPTY: Final = "/healthz"
HTMX: Final = {"HX-Request": "true"}
# How many times the empty page each may cost.
LIMITS: Final[Mapping[str, float]] = {
    "case page, fresh assessment": 6,
    "case page, stored assessment": 4,
    "explanation part": 5,
    "explanation part, again": 5,
    "what-if": 4,
    "what-if, again": 4,
    "comparison": 3,
    "comparison, again": 3,
    "case list": 4,
    "search as you type": 4,
}
TABS: Final[Mapping[str, str]] = {
    "why": "explanation part",
    "whatif": "what-if",
    "compare": "comparison",
    "client": "client",
    "history": "history",
}


def measures() -> Iterator[Measure]:
    from django.conf import settings
    from django.test import Client as Browser

    from accounts.models import User
    from creditdesk.models import Case
    from creditdesk.models.name_index import IndexedName

    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Browser()
    browser.force_login(User.objects.get(username="manager"))
    browser.get("/cases/")
    # As the server does once it is ready: bin/gunicorn.conf.py.
    gc.collect()
    gc.freeze()
    draw = random.Random(SEED)  # noqa: S311
    references = list(Case.objects.filter(latest_assessment=None).values_list("reference", flat=True))
    chosen = [f"/cases/{reference}/" for reference in draw.sample(references, REQUESTS)]
    yield _measured(browser, "case page, fresh assessment", browser.get, chosen)
    yield _measured(browser, "case page, stored assessment", browser.get, chosen, traced=True)
    for tab, name in TABS.items():
        yield _measured(browser, name, partial(_open_tab, browser, tab), chosen)
        # What is kept of a tab serves whoever comes next.
        yield _measured(browser, f"{name}, again", partial(_open_tab, browser, tab), chosen)
    names = IndexedName.objects.order_by("pk").values_list("text", flat=True)
    terms = [name[:4] for name in draw.sample(list(names), REQUESTS)] if names else references[:REQUESTS]
    yield _measured(browser, "search as you type", partial(_search, browser), terms)
    pages = ["/cases/"] * REQUESTS
    yield _measured(browser, "case list", browser.get, pages, traced=True)
    everybody = ["/cases/?queue=all"] * REQUESTS
    yield _measured(browser, "case list, every case", browser.get, everybody)


def _measured(
    browser: "Browser", name: str, fetch: Callable[[str], Any], over: Iterable[str], *, traced: bool = False
) -> Measure:
    """The median of the page, and of the empty page fetched before each."""
    empty, page = [], []
    addresses = list(over)
    for address in addresses:
        empty.append(_processor_ms(browser.get, EMPTY))
        page.append(_processor_ms(fetch, address))
    # The first few warm up.
    p50, p95, p99 = np.percentile(page[5:], [50, 95, 99]).tolist()
    memory = allocated(fetch, addresses) if traced else 0.0
    return Measure(name, p50, p95, p99, EMPTY, float(np.median(empty[5:])), allocated=memory)


def _processor_ms(fetch: Callable[[str], Any], address: str) -> float:
    begun = time.process_time()
    response = fetch(address)
    taken = (time.process_time() - begun) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    return taken


def _open_tab(browser: "Browser", tab: str, path: str) -> Any:
    return browser.get(f"{path}{tab}/", headers={**HTMX, "HX-Target": "tabs"})


def _search(browser: "Browser", term: str) -> Any:
    return browser.post("/cases/", {"q": term}, headers=HTMX)


def report(measured: Iterable[Measure]) -> Iterator[str]:
    """A line for each page: its ratio to the empty page, and the limit where it has one."""
    yield f"{'times the empty page, in processor time':<42} {'p50 ms':>9} {'ratio':>9} {'limit':>9}"
    for figure in measured:
        limit = LIMITS.get(figure.name)
        mark = "" if limit is None else f"{limit:.0f}x" + (" over" if figure.ratio > limit else "")
        yield f"{figure.name:<42} {figure.p50:>9.2f} {figure.ratio:>8.1f}x {mark:>9}".rstrip()


def main(clients: int) -> None:
    with tempfile.TemporaryDirectory(prefix="creditdesk-bench-") as beside:
        folder, log = Path(beside) / "portfolio", Path(beside) / "log"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "creditdesk.settings",
            "DATABASE_URL": f"sqlite:///{beside}/bench.sqlite3",
            "HTTPS": "false",
            "REQUIRE_MFA": "false",
            "LOG_LEVEL": "ERROR",
        }
        import django
        from django.core.management import call_command

        django.setup()
        with log.open("w") as printed:
            quiet = {"stdout": printed, "stderr": printed}
            call_command("collectstatic", interactive=False, verbosity=0)
            call_command("demo", verbosity=0, **quiet)
            # Beyond the demo's clients, whose numbers begin where those of others do.
            call_command("make_portfolio", folder, clients=1_500 + clients, seed=7, **quiet)
            call_command("import_portfolio", folder, advisor="advisor", verbosity=0, **quiet)
        for line in report(measures()):
            print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIENTS)
