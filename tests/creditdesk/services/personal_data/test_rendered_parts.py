"""Rendered parts in a web process hold no client's name, and go once an erasure elsewhere is noticed."""

import re
import time

import pytest
from django.core.cache import caches
from django.test import Client as Browser
from django.urls import reverse

from creditdesk.encryption import keyring
from creditdesk.models import Case, Client
from creditdesk.services.personal_data.erasure import delete_keys
from creditdesk.templatetags import cached_parts, case_rows

pytestmark = pytest.mark.django_db

NAME = "Zoé Lefèvre-Kowalczyk"
TABS = ("case_detail", "case_why", "case_whatif", "case_compare", "case_client", "case_history")


@pytest.fixture
def case(case_of, model_in_use) -> Case:
    return case_of("advisor", name=NAME)


@pytest.fixture
def advisor(client_as, case) -> Browser:
    """A browser in which every page about the case was read; nothing was stored before, and an erasure of
    another test is noticed before the first of them."""
    keyring.forget()
    assert Client.objects.get(pk=case.client_id).name == NAME
    for stored in (cached_parts._texts, case_rows._rows, caches["fragments"]):
        stored.clear()
    browser = client_as("advisor")
    assert NAME in browser.get("/cases/").content.decode()
    browser.post(reverse("case_assess", args=[case.reference]))
    for tab in TABS:
        assert NAME in browser.get(reverse(tab, args=[case.reference])).content.decode()
    return browser


def sizes() -> list[int]:
    return [len(cached_parts._texts), len(case_rows._rows), caches["fragments"].stored]  # type: ignore[attr-defined]


def heading(browser: Browser, case: Case) -> str:
    page = browser.get(case.get_absolute_url()).content.decode()
    return re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1]  # type: ignore[index]


def test_an_erasure_elsewhere_empties_what_this_process_has_rendered(advisor, case, case_of, monkeypatch):
    other = case_of("colleague", name="Jean Roux")
    assert all(sizes())
    # As the worker does it: what runs once that is committed runs in the worker alone.
    delete_keys([case.client_id])
    now = time.monotonic()
    monkeypatch.setattr("creditdesk.encryption.keyring.time.monotonic", lambda: now + 2)
    assert Client.objects.get(pk=other.client_id).name == "Jean Roux"
    assert sizes() == [0, 0, 0]


def test_neither_texts_nor_keys_of_parts_hold_the_name(advisor):
    stored = f"{cached_parts._texts._values} {case_rows._rows._values}"
    stored += "".join(text.decode() for (text, _), _ in caches["fragments"]._texts._values.values())  # type: ignore[attr-defined]
    assert "case-head" in stored
    assert [word for word in re.split(r"\W", NAME) if word in stored] == []


def test_the_heading_follows_the_name(advisor, case):
    client = Client.objects.get(pk=case.client_id)
    for name, text in (
        ("Anna <Roux>", f"<bdi>Anna &lt;Roux&gt;</bdi> <small>{case.reference}</small>"),
        ("", case.reference),
        (NAME, f"<bdi>{NAME}</bdi> <small>{case.reference}</small>"),
    ):
        client.name = name
        client.save()
        assert heading(advisor, case) == text
