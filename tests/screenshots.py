"""The pictures of the documentation, taken of a running demo: python -m tests.screenshots ADDRESS FOLDER."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import CHROMIUM

FIRST_CASE: Final = "[data-row] a, a[href^='/cases/5']"


class Picture(NamedTuple):
    """One picture: its file, who looks at which page (`*` is the first case of their queue), how."""

    name: str
    person: str
    page: str
    width: int = 1366
    height: int = 768
    locale: str = "en-GB"
    scheme: str = "light"


PICTURES: Final = (
    Picture("welcome", "", "/demo/"),
    Picture("case-list", "advisor", "/cases/"),
    Picture("case-page", "advisor", "/cases/*/"),
    Picture("what-if", "advisor", "/cases/*/whatif/", height=1100),
    Picture("new-case", "advisor", "/cases/new/"),
    Picture("case-page-french-narrow-dark", "advisor", "/cases/*/", 400, 860, "fr-FR", "dark"),
    Picture("portfolio", "manager", "/portfolio/", height=900),
    Picture("model-versions", "analyst", "/models/"),
    Picture("drift", "analyst", "/drift/", height=900),
    Picture("audit-log", "auditor", "/admin/accounts/auditevent/"),
)


def take(browser: Browser, address: str, picture: Picture, folder: Path) -> None:
    context = browser.new_context(
        base_url=address,
        locale=picture.locale,
        color_scheme=picture.scheme,  # type: ignore[arg-type]
        viewport={"width": picture.width, "height": picture.height},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/demo/")
    if picture.person:
        page.locator(f"[name=person][value={picture.person}]").click()
        page.wait_for_load_state("networkidle")
    answer = page.goto(_address(page, picture.page)) if picture.page != "/demo/" else None
    if answer is not None and answer.status != 200:
        raise SystemExit(f"{picture.name}: {page.url} answered {answer.status}")
    page.wait_for_load_state("networkidle")
    _save(page.screenshot(), folder / f"{picture.name}.png")
    context.close()


def _address(page: Page, path: str) -> str:
    if "*" not in path:
        return path
    page.goto("/cases/")
    reference = str(page.locator(FIRST_CASE).first.get_attribute("href")).split("/")[2]
    return path.replace("*", reference)


def _save(shot: bytes, path: Path) -> None:
    """128 colours are enough for a page without photographs, at a third of the bytes."""
    Image.open(BytesIO(shot)).convert("RGB").quantize(128).save(path, optimize=True)


def main(address: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for picture in PICTURES:
            take(browser, address, picture, folder)
            print(folder / f"{picture.name}.png")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
