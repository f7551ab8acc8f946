"""The glossary: complete in both languages, and linked from the pages that use its terms."""

import re

import pytest
from django.conf import settings

from creditdesk.help.glossary import BY_CODE, TOPICS

TEMPLATES = settings.BASE_DIR / "templates"


def test_every_term_has_a_name_and_a_meaning_in_both_languages():
    texts = [text for term in BY_CODE.values() for text in (term.name, term.meaning)]
    assert all(text.en.strip() and text.fr.strip() for text in texts)
    assert all(term.meaning.en != term.meaning.fr for term in BY_CODE.values())
    assert len(BY_CODE) == sum(len(terms) for _title, terms in TOPICS.values())


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_help_page_defines_every_term_at_its_own_address(client_as, language):
    page = client_as("advisor").get("/help/", headers={"Accept-Language": language}).content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    ids = re.findall(r'<div id="([\w-]+)">', main)
    assert ids == [term.code for _title, terms in TOPICS.values() for term in terms]
    assert all(getattr(term.meaning, language).replace("'", "&#x27;") in page for term in BY_CODE.values())


def test_templates_link_known_terms_alone_and_the_terms_of_measurement_are_linked():
    used = {
        code
        for path in TEMPLATES.rglob("*.html")
        for code in re.findall(r'{% term "([\w-]+)" %}', path.read_text())
    }
    assert used <= BY_CODE.keys()
    assert {"auc", "cost", "hold-out", "out-of-fold", "threshold", "challenger", "psi", "drift"} <= used
