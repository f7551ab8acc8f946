"""axe-core in a page: what it finds against WCAG 2.2 AA and its best practices."""

from pathlib import Path
from typing import Final

from playwright.sync_api import Page

FOLDER: Final = Path(__file__).parent / "vendor" / "axe-core-4.14.1"
SCRIPT: Final = FOLDER / "axe.min.js"
# Taken from the npm registry with `npm pack axe-core@4.14.1`; MPL-2.0.
SHA256: Final = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# One line for each element; no contrast is measured while a colour still fades in. What scrolling drives ends
# with the page.
RUN: Final = """tags => Promise.all(document.getAnimations()
  .filter(({ timeline }) => timeline === document.timeline)
  .map((fade) => fade.finished.catch(() => {})))
  .then(() => axe.run(document, { runOnly: tags, resultTypes: ["violations"] }))
  .then(({ violations }) =>
    violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, html }) => `${id} ${target} ${html.slice(0, 120)}`)))"""
UNFOLD: Final = """document.querySelectorAll("main details, #content details")
  .forEach((details) => { details.open = true; })"""


def violations(page: Page) -> list[str]:
    """Return what axe finds in the page as it is, with everything in it unfolded."""
    page.evaluate(UNFOLD)
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    lines: list[str] = page.evaluate(RUN, TAGS)
    return lines
