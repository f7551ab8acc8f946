"""Truth of a letter about the model, its sources, and what the client can do on the day it is written."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from creditdesk.letters import grounds
from creditdesk.letters.decision_reasons import BRING
from creditdesk.models import Case, Decision
from scoring.presentation import formatting
from tests.creditdesk.letters.refusals import REASONS, get, names_of_the_demo, refused, text_of
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
    "en": (COMPARED["en"], ORDERED["en"], "these points", "A score assisted"),
    "fr": (COMPARED["fr"], ORDERED["fr"], "ces points", "Un score l’y a aidée"),
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


def reasons_about(*groups: str) -> list[dict[str, Any]]:
    return [
        {"code": group, "feature": "AMT_CREDIT", "contribution": 0.9, "version": "3.00000000", "key": "",
         "text_en": f"{group}.", "text_fr": f"{group}."}
        for group in groups
    ]  # fmt: skip


def sources(text: str) -> list[str]:
    return re.findall(r"^- \w+\. Source\s?: (.+)\.$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Agency A, Square 1",
                "Bureau B, Square 2",
                "your application, the credit bureau (Bureau B) and our records",
                "the credit bureau (Bureau B) and our records",
            ],
        ),
        (
            "fr",
            [
                "Agency A, Square 1",
                "Bureau B, Square 2",
                "votre demande, le fichier des crédits (Bureau B) et nos dossiers",
                "le fichier des crédits (Bureau B) et nos dossiers",
            ],
        ),
    ],
)
def test_a_source_of_the_settings_stands_by_its_name_first_with_its_address(
    client_as, case_of, settings, language, expected
):
    settings.RATING_AGENCIES_NAME, settings.RATING_AGENCIES_ADDRESS = "Agency A", "Square 1"
    settings.CREDIT_BUREAU_NAME, settings.CREDIT_BUREAU_ADDRESS = "Bureau B", "Square 2"
    groups = ("external_ratings", "other_lenders_debt", "total_debt", "credit_experience")
    case = refused(case_of("advisor"), reasons=reasons_about(*groups))
    get(client_as("advisor"), case, language=language)
    assert sources(text_of(case, language)) == expected


def test_a_letter_stored_before_a_source_had_a_name_stays_as_it_is(client_as, case_of, settings):
    case = refused(case_of("advisor"), reasons=reasons_about("external_ratings"))
    file = get(client_as("advisor"), case, language="en").content
    settings.RATING_AGENCIES_NAME = "Agency A"
    assert get(client_as("advisor"), case, language="en").content == file
    assert sources(text_of(case)) == ["the rating agencies, named on request"]


@LANGUAGES
@pytest.mark.parametrize("is_set", [True, False])
def test_a_refusal_names_mediator_debt_advice_and_telephone_where_they_are_set(
    client_as, case, settings, language, is_set
):
    names = names_of_the_demo()
    for name in ("MEDIATOR", "DEBT_ADVICE", "BANK_PHONE"):
        setattr(settings, name, names[name] if is_set else "")
    get(client_as("advisor"), case, language=language)
    text = text_of(case, language).replace("\u00a0", " ")
    remedies = {
        "en": ("our mediator free of charge: Médiation Démo", "Free help with debts: Conseil"),
        "fr": ("notre médiateur : Médiation Démo", "pour gérer vos dettes : Conseil"),
    }
    expected = (*remedies[language], "\tcredits@banque.example · 01 99 00 12 34\n")
    assert [words in text for words in expected] == [is_set] * 3
    assert is_set or not re.search("mediat|médiat|debts:|dettes :|·", text)


@LANGUAGES
def test_an_accepted_client_reads_nothing_about_debts(client_as, case_of, settings, language):
    settings.MEDIATOR, settings.DEBT_ADVICE = "Mediator M", "Advice D"
    case = accepted(case_of("advisor"))
    get(client_as("advisor"), case, language=language)
    assert "Mediator M" in text_of(case, language)
    assert "Advice D" not in text_of(case, language)
