"""Bytes of the first case page and of the next, and how far their parts move while they load."""

import gzip

import pytest
from playwright.sync_api import Page

from tests.browser.test_pages import LAYOUT_SHIFT, MAX_LAYOUT_SHIFT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
]
MAX_BYTES_FIRST, MAX_BYTES_NEXT = 100_000, 30_000
# Of an answer, as measured behind gunicorn.
HEADERS = 450
ENTRIES = """["navigation", "resource"].flatMap((kind) =>
  performance.getEntriesByType(kind).map(({ name, encodedBodySize: size }) => [name.split("#")[0], size]))"""


def sent(page: Page, address: str) -> dict[str, int]:
    """Bytes by URL: pages as they were sent, static files by gzip (WhiteNoise does a little better)."""
    page.goto(address, wait_until="networkidle")
    entries: list[tuple[str, int]] = page.evaluate(ENTRIES)
    return {url: HEADERS + (_compressed(page, url) if "/static/" in url else size) for url, size in entries}


def _compressed(page: Page, url: str) -> int:
    body = page.request.get(url).body()
    return min(len(body), len(gzip.compress(body)))


@pytest.mark.parametrize(("locale", "width"), [("en-GB", 1366), ("fr-FR", 360)])
def test_a_case_page_is_light_and_the_next_one_lighter(refused_cases, page_as, locale, width):
    """Nor does it move once its font is there, which breaks lines of French elsewhere on a phone."""
    page = page_as("advisor", locale=locale, width=width)
    first = sent(page, refused_cases[0].get_absolute_url())
    assert 50_000 < sum(first.values()) < MAX_BYTES_FIRST
    assert page.evaluate(LAYOUT_SHIFT) < MAX_LAYOUT_SHIFT
    following = sent(page, refused_cases[1].get_absolute_url())
    new = {url: size for url, size in following.items() if url not in first}
    assert 0 < sum(new.values()) < MAX_BYTES_NEXT
