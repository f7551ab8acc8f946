"""Truth of a letter about the model, its sources, and what the client can do on the day it is written."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from creditdesk.models import Case
from scoring.presentation import formatting
from tests.creditdesk.letters.refusals import get, refused, text_of
from tests.factories import assessed, decided, newer_assessment

pytestmark = pytest.mark.django_db
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])
# CNT_CHILDREN is an input of the models: "family status" would hide it from the client.
CHILDREN = {
    "en": "the number of children you support may count",
    "fr": "le nombre d’enfants à charge peut y entrer",
}
UNTRUE = {"en": "family status", "fr": "situation familiale"}


def accepted(case: Case) -> Case:
    assessment = assessed(case).latest_assessment
    assert assessment
    case.latest_assessment = newer_assessment(assessment, model_version="tiny-1", model_digest="d" * 64)
    return decided(case)


@LANGUAGES
@pytest.mark.parametrize("outcome", ["accept", "refuse"])
def test_a_letter_says_that_children_may_count(client_as, case_of, language, outcome):
    case = refused(case_of("advisor")) if outcome == "refuse" else accepted(case_of("advisor"))
    for kind, page in (("letter", "case_letter"), ("explanation", "case_explanation")):
        get(client_as("advisor"), case, page, language=language)
        text = text_of(case, language, kind)
        assert CHILDREN[language] in text
        assert UNTRUE[language] not in text.lower()


@LANGUAGES
@pytest.mark.parametrize(("days_later", "is_ahead"), [(0, True), (198, True), (199, False), (400, False)])
def test_a_refusal_says_until_when_the_file_is_kept_while_that_lies_ahead(
    client_as, case, language, settings, monkeypatch, days_later, is_ahead
):
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "refused": 200}
    decided_on = case.decisions.get().final_on
    with translation.override(language):
        # The file may be erased from the hour of the decision on, 200 days later.
        last = formatting.written_day(decided_on + timedelta(days=199))
    monkeypatch.setattr(timezone, "localdate", lambda *_: decided_on + timedelta(days=days_later))
    get(client_as("advisor"), case, language=language)
    keeping = {"en": "keep your file until", "fr": "gardons votre dossier jusqu’"}[language]
    words = {"en": f"We keep your file until {last}.", "fr": f"Nous gardons votre dossier jusqu’au {last}."}
    assert (words[language] in text_of(case, language)) is is_ahead
    assert (keeping in text_of(case, language)) is is_ahead
