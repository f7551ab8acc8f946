"""Letters on a decision: reasons and rights in the client's language, stored word for word."""

import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from creditdesk.letters import grounds
from creditdesk.reasons.stability import EnsembleVote
from scoring.ml.features import catalogue
from tests.creditdesk.letters.refusals import REASONS, get, names_of_the_demo, refused, text_of
from tests.factories import assessed, decided

pytestmark = pytest.mark.django_db
# Required in every refusal, in both languages.
RIGHTS = {
    "en": ["A score assisted that person", "right to an explanation", "your point of view", "another person",
           "within 30 days", "credits@banque.example"],
    "fr": ["Un score l’y a aidée", "droit à une explication", "votre point de vue", "une autre personne",
           "dans les 30 jours", "credits@banque.example"],
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_refusal_gives_its_reasons_and_the_rights_in_the_letter(client_as, case, language):
    answer = get(client_as("advisor"), case, language=language)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    text = text_of(case, language)
    assert all(words in text for words in RIGHTS[language])
    assert [reason[f"text_{language}"] in text for reason in REASONS] == [True, True, False]
    assert "Zoé O’Brien" in text


LONGEST: list[dict[str, Any]] = [
    {"code": group, "feature": "AMT_CREDIT", "contribution": 0.9, "version": "3.00000000", "key": "",
     "text_en": "x" * 54 + " " + "y" * 54 + ".", "text_fr": "x" * 54 + " " + "y" * 54 + "."}
    for group in ("instalment_delays", "other_lenders_debt", "income", "previous_applications")
]  # fmt: skip
WORDS = "y" * 10 + " yyyyyyyyy" * 10 + "."
OF_DATABASES: list[dict[str, Any]] = [
    {**LONGEST[0], "code": group, "text_en": WORDS, "text_fr": WORDS}
    for group in ("external_ratings", "other_lenders_debt", "total_debt", "other_lenders_lateness")
]
SOME_SLIGHT = [*OF_DATABASES[:2], *({**reason, "contribution": 0.05} for reason in OF_DATABASES[2:])]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "reasons", [LONGEST, OF_DATABASES, SOME_SLIGHT], ids=["of all sources", "of databases", "some slight"]
)
@pytest.mark.parametrize("names", [{}, names_of_the_demo()], ids=["without names", "with names"])
def test_a_refusal_with_four_of_the_longest_reasons_is_one_page(
    client_as, case_of, language, settings, names, reasons
):
    for setting, value in names.items():
        setattr(settings, setting, value)
    name = "Marie-Thérèse de La Rochefoucauld-Montbel"
    case = refused(case_of("advisor", name=name), reasons=reasons)
    answer = get(client_as("advisor"), case, language=language)
    assert len(re.findall("yyy[.] Source", text_of(case, language))) == 4
    assert len(re.findall(rb"/Type /Page\b", answer.content)) == 1


# Log-odds: 0.1 is the least of a medium reason.
@pytest.mark.parametrize(
    ("sizes", "english", "french"),
    [
        (
            (0.9, 0.3, 0.09, 0.02),
            "; the last 2 points counted only a little:",
            "les 2 derniers points ont peu compté",
        ),
        (
            (0.9, 0.3, 0.1, 0.02),
            "; the last point counted only a little:",
            "le dernier point a peu compté",
        ),
        ((0.9, 0.3, 0.2, 0.1), "", ""),
        ((0.09, 0.08, 0.05, 0.02), "", ""),
    ],
    ids=["two slight", "one slight", "none slight", "all slight"],
)
def test_a_letter_says_which_reasons_counted_only_a_little(client_as, case_of, sizes, english, french):
    weighed = [
        {**reason, "contribution": size, "text_en": f"Weight {size}.", "text_fr": f"Poids {size}."}
        for reason, size in zip(LONGEST, sizes, strict=True)
    ]
    case = refused(case_of("advisor"), reasons=weighed)
    for language, words, any_words in (("en", english, "only a little"), ("fr", french, "peu compté")):
        for kind, page in (("letter", "case_letter"), ("explanation", "case_explanation")):
            get(client_as("advisor"), case, page, language=language)
            text = text_of(case, language, kind)
            assert words in text
            assert (any_words in text) is bool(words)
            assert re.findall(r"^- (?:Weight|Poids) ([\d.]+)[.] ", text, re.MULTILINE) == list(
                map(str, sizes)
            )


@pytest.mark.parametrize(
    ("language", "proof", "meaning"),
    [
        (
            "en",
            "tell us; you can bring: proof of the date on which you paid",
            "We compare with clients we accept",
        ),
        (
            "fr",
            "dites-le-nous\u202f; vous pouvez apporter\u00a0: la preuve de la date à laquelle vous avez payé",
            "Nous comparons avec les clients acceptés",
        ),
    ],
)
def test_a_refusal_says_what_the_client_can_bring(client_as, case_of, language, proof, meaning):
    case = refused(case_of("advisor"), reasons=LONGEST)
    get(client_as("advisor"), case, language=language)
    get(client_as("advisor"), case, "case_explanation", language=language)
    for kind in ("letter", "explanation"):
        assert proof in text_of(case, language, kind)
        assert meaning in text_of(case, language, kind)


def test_a_sentence_stored_twice_is_written_once(client_as, case_of):
    twice = [{**reason, "key": "paid_late"} for reason in LONGEST[:2]]
    case = refused(case_of("advisor"), reasons=twice)
    get(client_as("advisor"), case, language="en")
    assert text_of(case).count("y" * 54) == 1


@pytest.mark.parametrize(
    ("language", "sources"),
    [
        ("en", ["our records", "the credit bureau", "your application", "our records"]),
        ("fr", ["nos dossiers", "le fichier des crédits", "votre demande", "nos dossiers"]),
    ],
)
def test_each_reason_of_the_model_names_its_source(client_as, case_of, language, sources):
    case = refused(case_of("advisor"), reasons=LONGEST)
    get(client_as("advisor"), case, language=language)
    assert re.findall(r"^- .*y\. Source\s?: (.+)\.$", text_of(case, language), re.MULTILINE) == sources


def test_a_reason_that_few_bootstrap_models_share_is_no_ground(client_as, case_of, monkeypatch):
    vote = EnsembleVote(("income", "instalment_delays"), np.array([[[0.1, -0.1]], [[-0.1, -0.2]]]))
    monkeypatch.setattr(grounds, "_vote", lambda assessment: vote)
    texts = [{**reason, "text_en": f"About {reason['code']}."} for reason in LONGEST]
    case = refused(case_of("advisor"), reasons=texts)
    get(client_as("advisor"), case, language="en")
    assert "About income." in text_of(case)
    assert "About instalment_delays." not in text_of(case)


def test_a_refusal_is_never_without_its_strongest_reason(client_as, case_of, monkeypatch):
    vote = EnsembleVote(("income",), np.array([[[-0.1]], [[-0.1]]]))
    monkeypatch.setattr(grounds, "_vote", lambda assessment: vote)
    case = refused(case_of("advisor"), reasons=[{**LONGEST[2], "text_en": "About income."}])
    get(client_as("advisor"), case, language="en")
    assert "About income." in text_of(case)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_letter_names_a_column(client_as, case, language):
    get(client_as("advisor"), case, language=language)
    get(client_as("advisor"), case, "case_explanation", language=language)
    texts = text_of(case, language) + text_of(case, language, "explanation")
    assert not [name for name in catalogue.BY_NAME if "_" in name and name in texts]


def test_the_language_is_the_readers_unless_another_is_requested(client_as, case):
    browser = client_as("advisor")
    browser.cookies["django_language"] = "fr"
    assert get(browser, case)["Content-Language"] == "fr"
    assert get(browser, case, language="en")["Content-Language"] == "en"
    assert get(browser, case, language="de").status_code == 400


def test_the_letter_on_an_accepted_case_is_an_acceptance(client_as, case_of):
    case = decided(assessed(case_of("advisor")))
    get(client_as("advisor"), case, language="en")
    assert "your credit application is accepted" in text_of(case)


def test_a_refusal_against_the_model_gives_the_persons_reason_and_never_a_suspicion(client_as, case_of):
    suspicion = "The employer named on the payslip is not registered."
    case = refused(case_of("advisor"), "accept", reason_code="fraud", reason=suspicion)
    get(client_as("advisor"), case, language="en")
    get(client_as("advisor"), case, "case_explanation", language="en")
    letter, explanation = text_of(case), text_of(case, kind="explanation")
    assert "could not be verified" in letter
    assert not [reason for reason in REASONS if reason["text_en"] in letter]
    assert suspicion not in letter + explanation
    assert "fraud" not in (letter + explanation).lower()


@pytest.mark.parametrize("name", ["<b>Zoé</b> & “Co”", "أحمد بن محمد", "# O'Neil\n\n## x", ""])
def test_any_name_reaches_page_letter_and_csv_as_it_is(client_as, model_in_use, case_of, name):
    case = refused(case_of("advisor", name=name))
    assert get(client_as("advisor"), case, language="fr").status_code == 200
    shown = " ".join(name.split())
    assert f"@ {shown or case.reference}\n" in text_of(case, "fr")
    page = client_as("advisor").get(case.get_absolute_url()).content.decode()
    assert "<b>Zoé" not in page
    assert case.reference in page
    export = b"".join(client_as("manager").get(reverse("case_export")).streaming_content).decode()
    assert name.replace('"', '""') in export
