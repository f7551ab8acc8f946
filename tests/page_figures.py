"""Height of every page of a running demo, with what overlaps, runs off, moves or complains on it.

python -m tests.page_figures ADDRESS, with the settings of that demo, prints a line for each page.
"""

import os
import sys
from collections.abc import Iterator
from itertools import product
from typing import Final

import django
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.chromium import CHROMIUM

LOCALES: Final = ("en-GB", "fr-FR")
MAX_HEIGHT: Final = {1366: 1600, 360: 3500}
WINDOW_HEIGHT: Final = 768
# Milliseconds; charts follow the width of the window.
CHARTS_RESIZE: Final = 150


def addresses_of_the_demo() -> dict[str, list[str]]:
    """Every page by role, with cases of the demo in the place of those that the tests make."""
    from creditdesk.models import Case
    from scoring.models import Proposal
    from tests.browser import every_page

    mine = Case.objects.filter(advisor__username="advisor")
    stages = {
        "pending": mine.pending().filter(latest_assessment__verdict="refuse"),
        "waiting": mine.waiting(),
        "contested": mine.filter(contests__closed_at=None).exclude(contests=None),
        "escalated": mine.filter(escalations__answered_at=None).exclude(escalations=None),
    }
    stages = {stage: cases for stage, cases in stages.items() if cases.exists()}
    shown = {every_page.CASES[stage]: cases[0].reference for stage, cases in stages.items()}
    absent = set(every_page.CASES.values()) - shown.keys()
    absent |= set() if Proposal.objects.exists() else {"proposal_detail"}
    for pages in every_page.PAGES.values():
        pages[:] = [
            (name, [shown.get(a, a) for a in args])
            for name, args in pages
            if absent.isdisjoint([name, *args])
        ]
    every_page.CASES["pending"] = shown[every_page.CASES["pending"]]
    return {role: every_page.addresses(role) for role in every_page.PAGES}


def figures(browser: Browser, address: str, pages: dict[str, list[str]]) -> Iterator[str]:
    for role, locale in product(pages, LOCALES):
        context = browser.new_context(
            base_url=address, locale=locale, viewport={"width": 1366, "height": WINDOW_HEIGHT}
        )
        page = context.new_page()
        page.goto("/demo/")
        if role:
            page.locator(f"[name=person][value={role}]").click()
            page.wait_for_load_state("networkidle")
        yield from (_line(page, role, locale, path) for path in pages[role])
        context.close()


def _line(page: Page, role: str, locale: str, path: str) -> str:
    from tests.browser.heights import HEIGHT, SIDEWAYS
    from tests.browser.overlaps import overlaps
    from tests.browser.test_pages import LAYOUT_SHIFT

    complaints: list[str] = []

    def listen(line: ConsoleMessage) -> None:
        if line.type == "error":
            complaints.append(line.text)

    page.on("console", listen)
    answer = page.goto(path, wait_until="networkidle")
    shift = page.evaluate(LAYOUT_SHIFT)
    heights, remarks = [], [f"{answer.status}"] if answer and answer.status != 200 else []
    for width, limit in MAX_HEIGHT.items():
        page.set_viewport_size({"width": width, "height": WINDOW_HEIGHT})
        page.wait_for_timeout(CHARTS_RESIZE)
        height = page.evaluate(HEIGHT)
        heights.append(f"{height:>6}{'!' if height > limit else ' '}")
        remarks += [f"{width}: {pair}" for pair in overlaps(page)]
        remarks += [f"{width}: sideways"] if page.evaluate(SIDEWAYS) else []
    page.set_viewport_size({"width": 1366, "height": WINDOW_HEIGHT})
    page.remove_listener("console", listen)
    return (
        f"{role:<8} {locale[:2]} {path:<60} {' '.join(heights)} {shift:.3f} {'; '.join(remarks + complaints)}"
    )


def main(address: str) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "creditdesk.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
    django.setup()
    pages = addresses_of_the_demo()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for line in figures(browser, address, pages):
            print(line.rstrip(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
