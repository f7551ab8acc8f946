"""Reading the desk's answers: elements with their attributes, plain text, references in a list."""

import re
from html.parser import HTMLParser
from typing import Final

from django.http import HttpResponse
from django.test import Client as Browser

from creditdesk.models import Case

HTMX: Final = {"HX-Request": "true"}


class Elements(HTMLParser):
    """The start tags of a page with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def having(self, attribute: str) -> list[dict[str, str]]:
        """The attributes of every element that has this one; empty where it has no value."""
        return [attributes for _tag, attributes in self.tags if attribute in attributes]


def case_page(browser: Browser, case: Case, path: str = "", **headers: str) -> str:
    """The HTML of a case page, or of a part of it."""
    return browser.get(case.get_absolute_url() + path, headers=headers).content.decode()


def plain_text(html: str) -> str:
    """The text without tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def listed_references(response: HttpResponse) -> list[str]:
    """The references in the case list, in order."""
    return re.findall(r'href="/cases/([^/"]+)/">\1</a>', response.content.decode())
