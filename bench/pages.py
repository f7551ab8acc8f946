"""Server time of the pages that advisors live in, through every middleware, against the empty page."""

import random
from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.test import Client as Browser

from accounts.models import User
from bench.timing import Measure, allocated, percentiles
from creditdesk.models import Case
from creditdesk.models.name_index import IndexedName
from creditdesk.pages.case.tabs import TABS

REQUESTS = 205
SEED = 1


def measures() -> Iterator[Measure]:
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Browser()
    browser.force_login(User.objects.get(username="manager"))
    floor = percentiles(lambda _: browser.get("/healthz"), range(REQUESTS))[0]
    draw = random.Random(SEED)  # noqa: S311
    references = list(Case.objects.filter(latest_assessment=None).values_list("reference", flat=True))
    chosen = [f"/cases/{reference}/" for reference in draw.sample(references, REQUESTS)]
    yield Measure("case page, fresh assessment", *percentiles(browser.get, chosen), "/healthz", floor)
    stored = percentiles(browser.get, chosen)
    memory = allocated(browser.get, chosen)
    yield Measure("case page, stored assessment", *stored, "/healthz", floor, allocated=memory)
    for tab in TABS:
        opened = percentiles(partial(_open_tab, browser, tab), chosen)
        yield Measure(f"tab of the case page: {tab}", *opened, "/healthz", floor)
    names = IndexedName.objects.order_by("pk").values_list("text", flat=True)
    terms = [name[:4] for name in draw.sample(list(names), REQUESTS)] if names else references[:REQUESTS]
    search = percentiles(
        lambda term: browser.post("/cases/", {"q": term}, headers={"HX-Request": "true"}), terms
    )
    yield Measure("search as you type", *search, "/healthz", floor)
    opened = percentiles(lambda _: browser.get("/cases/"), range(50))
    memory = allocated(lambda _: browser.get("/cases/"), range(50))
    yield Measure("case list", *opened, "/healthz", floor, allocated=memory)


def _open_tab(browser: Browser, tab: str, path: str) -> None:
    browser.get(f"{path}{tab}/", headers={"HX-Request": "true", "HX-Target": "tabs"})
