"""Every page in French and in English: nothing untranslated, no raw name, every term explained."""

import re
import time
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Final, NamedTuple

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client as Browser

from accounts.models import User
from creditdesk.help.glossary import BY_CODE
from tests.browser.every_page import PAGES, addresses, full_desk

pytestmark = pytest.mark.django_db

LANGUAGES: Final = ("en", "fr")
# Written by people of the test, and names: the same in every language.
TYPED: Final = (
    "Better on the same clients.",
    "My income has risen since, and the loan at the other bank is repaid.",
    "The client brought a guarantee from the employer.",
    "The employer must be called first.",
    "The board wants fewer defaults this winter.",
    "Read, compared and in order for the bank.",
    "Called back.",
    "Marie-Thérèse de La Rochefoucauld-Montmorency",
    "Recoveries of the last three years say so.",
    "synthetic-clients",
)
# Words that are the same in both languages, products, methods, and audit targets as they are stored.
SAME_WORDS: Final = """
    absences actions activation activations admin administration advisor agriculture analyst api auc auditor
    boosting calibration challenger champion client clients conclusion construction creditdesk ctrl culture
    english français garage gini gradient importance laptop lightgbm loss manager note notes notifications
    performance points police policy psi services sessions simulation situation stable suspensions table
    tables transport type version versions volume xgboost
"""
SAME: Final = frozenset(SAME_WORDS.split())
WORD: Final = re.compile(r"[^\W\d_]{3,}")
ENGLISH: Final = re.compile(
    r"\b(?:the|of|and|with|is|are|for|not|by|from|than|this|that|was|to|has|were|missing|yes|None|nan)\b"
)
# A raw column, a name of the code, a decimal point, more digits than anybody reads.
RAW: Final = re.compile(
    r"\b[A-Z]{2,}_[A-Z_]+|\b[a-z]+_[a-z_]+\b|\b\d+\.\d|\d,\d{5,}|\de[+-]\d\d|log-odds|log_odds"
)
# A straight apostrophe, and a sign without the space before it.
TYPEWRITTEN: Final = re.compile(r"[^\W\d_]'[^\W\d_]|[^\W\d_][:;?!](?=\s|$)")
# Settings that an operator sets by these names, versions of models and of libraries.
NOT_RAW: Final = re.compile(r"BACKUP_DESTINATION|demo-[\w.-]+|LightGBM [\d.]+|Evidently [\d.]+")
# A term is explained on each page of the desk that uses it; not in the administration nor in the help itself.
CLOSED_LIST: Final = (
    *("auc", "gini", "ks", "psi", "ece", "brier", "f1", "recall", "hold-out", "out-of-fold", "log-odds"),
    *("challenger", "drift", "affordability", "four-fifths", "vintage", "swap-set", "calibration-slope"),
)
NO_TERMS: Final = ("/admin/", "/help/", "/accounts/", "/api/", "/about-the-model/", "/notifications/")


class Page(NamedTuple):
    """All texts of a page; those of its content on one line, and the terms that it explains."""

    texts: list[str]
    content: str
    terms: set[str]


class Texts(HTMLParser):
    """What a page shows or reads out, but for code and for what names its own language."""

    SKIPPED: Final = frozenset({"script", "style", "code", "pre"})
    VOID: Final = frozenset(
        {"br", "img", "input", "meta", "link", "hr", "use", "path", "source", "wbr", "col"}
    )
    NAMES: Final = ("title", "aria-label", "alt", "placeholder")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_button = tag == "input" and given.get("type") in {"submit", "button"}
        if not self._is_skipped():
            self.texts += [value for name in self.NAMES if (value := given.get(name))]
            self.texts += [given.get("value") or ""] if is_button else []
        if tag not in self.VOID:
            self.open.append((tag, tag in self.SKIPPED or (tag != "html" and "lang" in given)))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._is_skipped() and (text := " ".join(data.split())):
            self.texts.append(text)

    def _is_skipped(self) -> bool:
        return any(skipped for _, skipped in self.open)


def test_every_page_reads_in_french_without_raw_names_and_explains_its_terms(settings, tmp_path):
    settings.ML_ARTIFACTS = settings.BASE_DIR / "ml_artifacts"
    settings.DRIFT_REPORTS = tmp_path
    full_desk()
    findings = {}
    for role in PAGES:
        browser = _signed_in(role)
        for address in addresses(role):
            english, french = (_page(browser, address, language) for language in LANGUAGES)
            problems = [*_not_french(address, english, french), *_unexplained(address, english, french)]
            if problems:
                findings[role, address] = problems
    assert not findings, findings


def _signed_in(role: str) -> Browser:
    """A browser of that person, who has just confirmed the password; of nobody for ""."""
    browser = Browser()
    if role:
        browser.force_login(User.objects.get(username=role))
        session = browser.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
        session.save()
    return browser


def _page(browser: Browser, address: str, language: str) -> Page:
    answer = browser.get(address, headers={"Accept-Language": language}, follow=True)
    assert answer.status_code == 200, address
    html = answer.content.decode()
    content = html.partition("<main")[2].partition("</main>")[0]
    return Page(
        Texts(html).texts,
        " ".join(Texts(f"<main{content}").texts),
        set(re.findall(r'<a class="term" href="/help/#([\w-]+)"', html)),
    )


def _not_french(address: str, english: Page, french: Page) -> Iterator[str]:
    same = set(english.texts)
    for text in french.texts:
        left = _without_names(text)
        if text in same and not {word.lower() for word in WORD.findall(left)} <= SAME:
            yield f"untranslated: {text}"
        if raw := RAW.search(left):
            yield f"raw: {raw[0]} in {text}"
        # The administration speaks the French of Django.
        if not address.startswith("/admin/") and TYPEWRITTEN.search(left) and text not in same:
            yield f"not the signs of French: {text}"
        if ENGLISH.search(left) and "ne compte que si une autre personne a" not in text:
            yield f"English: {text}"


def _without_names(text: str) -> str:
    for typed in TYPED:
        text = text.replace(typed, "")
    return NOT_RAW.sub("", re.sub(r"\b[0-9a-f]{8,}[0-9a-f-]*", "", text))


def _unexplained(address: str, *pages: Page) -> Iterator[str]:
    if address.startswith(NO_TERMS):
        return
    for language, page in zip(LANGUAGES, pages, strict=True):
        for code in CLOSED_LIST:
            name = " ".join(unescape(getattr(BY_CODE[code].name, language)).split())
            if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", page.content) and code not in page.terms:
                yield f"unexplained: {name}"
