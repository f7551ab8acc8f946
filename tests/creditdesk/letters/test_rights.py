"""Truth of a letter about the model, its sources, and what the client can do on the day it is written."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from creditdesk.letters import grounds
from creditdesk.letters.decision_reasons import BRING
from creditdesk.models import Case, Decision
from scoring.presentation import formatting
from tests.creditdesk.letters.refusals import REASONS, get, refused, text_of
from tests.factories import assessed, decided, newer_assessment

pytestmark = pytest.mark.django_db
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])
# CNT_CHILDREN is an input of the models: "family status" would hide it from the client.
CHILDREN = {
    "en": "the number of children you support may count",
    "fr": "le nombre d’enfants à charge peut y entrer",
}
UNTRUE = {"en": "family status", "fr": "situation familiale"}
AGAINST_THE_MODEL = {
    "en": "The model was favourable; the person decided otherwise.",
    "fr": "Le modèle était favorable\u202f; la personne en a décidé autrement.",
}
COMPARED = {"en": "We compare with clients", "fr": "Nous comparons avec les clients"}
ORDERED = {"en": ", the most important first:", "fr": ", en commençant par le plus important\u00a0:"}
NOT_COMPARED = {
    "en": (COMPARED["en"], ORDERED["en"], "A score assisted"),
    "fr": (COMPARED["fr"], ORDERED["fr"], "Un score l’y a aidée"),
}


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


@LANGUAGES
@pytest.mark.parametrize("code", Decision.ReasonCode.values)
def test_a_refusal_against_the_model_says_so_and_what_to_bring_and_quotes_nothing(
    client_as, case_of, language, code
):
    own_words = "The employer named on the payslip is not registered."
    case = refused(case_of("advisor"), "accept", reason_code=code, reason=own_words)
    get(client_as("advisor"), case, language=language)
    text = text_of(case, language)
    assert getattr(BRING[code], language) in text
    assert AGAINST_THE_MODEL[language] in text
    assert not [words for words in (*NOT_COMPARED[language], own_words) if words in text]


@LANGUAGES
def test_the_order_of_grounds_is_named_where_there_are_several(client_as, case_of, language):
    several, single = refused(case_of("advisor")), refused(case_of("advisor"), reasons=REASONS[:1])
    for case, is_ordered in ((several, True), (single, False)):
        for kind, page in (("letter", "case_letter"), ("explanation", "case_explanation")):
            get(client_as("advisor"), case, page, language=language)
            text = text_of(case, language, kind)
            assert (ORDERED[language] in text) is is_ordered
            assert COMPARED[language] in text


def test_a_limit_of_the_budget_says_what_to_bring(client_as, case_of, monkeypatch):
    monkeypatch.setattr(grounds, "_beyond_budget", lambda decision: ["Your charges would take too much."])
    case = refused(case_of("advisor"), reasons=[])
    get(client_as("advisor"), case, language="en")
    assert f"you can bring: {BRING['affordability'].en}." in text_of(case)


@pytest.mark.parametrize("page", ["case_letter", "case_explanation"])
def test_no_french_letter_can_break_a_line_before_a_sign(client_as, case, page):
    get(client_as("advisor"), case, page, language="fr")
    kind = page.removeprefix("case_")
    text = text_of(case, "fr", kind)
    assert not re.findall(r".{9} [:;?!%»€]|« ", text)
    assert not re.findall("\u00a0[;?!]|\u202f[:%]", text)
    assert "Écrivez à Banque" not in text
