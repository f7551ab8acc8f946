"""Server time of an answer to "what if" and of the search for what would change a refusal, audit included."""

import json
from collections.abc import Iterator

from django.conf import settings
from django.test import Client as Browser

from accounts.models import User
from bench.timing import Measure, percentiles
from creditdesk import services
from creditdesk.models import Case, Profile

REQUESTS = 205
SMALLER = 0.9


def measures() -> Iterator[Measure]:
    settings.ALLOWED_HOSTS = ["testserver"]
    manager = User.objects.get(username="manager")
    browser = Browser(headers={"HX-Request": "true"})
    browser.force_login(manager)
    floor = percentiles(lambda _: browser.get("/healthz"), range(REQUESTS))[0]
    profiles = list(Profile.objects.select_related("case").order_by("pk")[:REQUESTS])
    simulated = percentiles(lambda profile: _simulate(browser, profile), profiles)
    yield Measure("what if, one answer", *simulated, "/healthz", floor)
    refused = refusals(manager, REQUESTS)
    pages = [f"/cases/{case.reference}/counterfactuals/" for case in refused]
    yield Measure(
        "what would change a refusal, searched", *percentiles(browser.get, pages), "/healthz", floor
    )
    yield Measure("what would change a refusal, stored", *percentiles(browser.get, pages), "/healthz", floor)


def refusals(by: User, size: int) -> list[Case]:
    """Cases that the model in use refuses, assessed where they were not."""
    searched = []
    for case in Case.objects.select_related("profile").order_by("pk").iterator(chunk_size=size):
        assessment = services.standing_assessment(case) or services.assess(case=case, by=by)
        if assessment.verdict == "refuse":
            searched.append(case)
        if len(searched) == size:
            break
    return searched


def _simulate(browser: Browser, profile: Profile) -> None:
    smaller = round(SMALLER * profile.application["AMT_CREDIT"])
    path = f"/cases/{profile.case.reference}/simulate/"
    status = browser.post(path, {"AMT_CREDIT": json.dumps(smaller)}).status_code
    if status not in (200, 422):
        raise RuntimeError(f"{path} answered {status}")
