"""Heights of pages in CSS pixels, against the limit of each width."""

from typing import Final

from playwright.sync_api import Page

from tests.browser.every_page import MODEL

WIDE: Final = 1366
WINDOW_HEIGHT: Final = 768
MAX_HEIGHT: Final = {360: 3500, WIDE: 1600}
HEIGHT: Final = "document.documentElement.scrollHeight"
SIDEWAYS: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Read by their contents, from top to bottom or not at all: docs/decisions.md.
REFERENCE_PAGES: Final = frozenset({"/help/", "/about-the-model/", f"/models/{MODEL}/card/"})
# Of others' making: the theme of the administration, and the description of the API.
OTHER_PAGES: Final = ("/admin/", "/api/")
LOST_CONTENTS: Final = """() => {
  const links = [...document.querySelectorAll(".toc a")];
  const isLost = (link) => !document.getElementById(link.hash.slice(1))
    || link.getBoundingClientRect().bottom > innerHeight;
  return links.length ? links.filter(isLost).map((link) => link.hash) : ["no contents"];
}"""
# Cells of under eight characters, of half an em each, whose text takes more than two lines.
NARROW_CELLS: Final = """() => [...document.querySelectorAll("main :is(th, td)")].filter((cell) => {
  if (!cell.checkVisibility() || cell.closest(".visually-hidden")) return false;
  const { fontSize, paddingLeft, paddingRight } = getComputedStyle(cell);
  const em = parseFloat(fontSize);
  if (cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) >= 8 * em / 2) return false;
  const tops = [];
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = document.createRange();
    text.selectNodeContents(walker.currentNode);
    tops.push(...[...text.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => top));
  }
  tops.sort((first, second) => first - second);
  return tops.filter((top, index) => !index || top - tops[index - 1] > em / 2).length > 2;
}).map((cell) => cell.innerText.slice(0, 40))"""
# Charts take the new size in one frame and are painted in the next.
PAINTED: Final = """() => new Promise((painted) => {
  requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(painted)));
})"""


def resize(page: Page, width: int) -> None:
    """Give the window that width, and its charts the time to follow."""
    page.set_viewport_size({"width": width, "height": WINDOW_HEIGHT})
    page.evaluate(PAINTED)


def too_tall(page: Page, address: str, width: int) -> list[str]:
    """Return the height over the limit, or what the first screen does not show of a list of contents."""
    if address.startswith("/api/"):
        return []
    if address in REFERENCE_PAGES:
        return [f"{width}: {link} is not in the first screen" for link in page.evaluate(LOST_CONTENTS)]
    height = page.evaluate(HEIGHT)
    return [f"{width}: {height} px tall"] if height > MAX_HEIGHT[width] else []
