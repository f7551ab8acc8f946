"""The model card in the reader's language: the version's own figures, and nothing left in English."""

import re

import pytest

from scoring.presentation.version_folder import read_version_folder
from tests.html import plain_text

pytestmark = pytest.mark.django_db


def test_the_card_gives_the_figures_of_its_version(client_as, model_in_use):
    manifest = read_version_folder(model_in_use).manifest
    assert manifest
    page = plain_text(client_as("analyst").get("/models/tiny-1/card/").content.decode())
    assert f"{manifest.data.clients:,} clients with a known outcome" in page
    assert f"Refuse from a probability of {manifest.threshold:.2%} on" in page
    assert f"{len(manifest.features):,} features." in page


def test_a_french_reader_gets_it_in_french_without_column_names(client_as, model_in_use):
    page = client_as("analyst").get("/models/tiny-1/card/", headers={"Accept-Language": "fr"})
    sections = page.context["sections"]
    texts = [
        text
        for section in sections
        for text in (section.title, *section.paragraphs, *(cell for row in section.rows for cell in row))
    ]
    assert {section.code: section.title for section in sections}["limits"] == "Limites"
    assert not [text for text in texts if re.search(r"\b[A-Z]+_[A-Z_]+\b|\b(?:the|of|and)\b", text)]


def test_the_page_of_a_version_no_longer_carries_its_card(client_as, model_in_use):
    page = client_as("analyst").get("/models/tiny-1/").content.decode()
    assert 'href="/models/tiny-1/card/"' in page
    assert 'class="panel model-card"' not in page
