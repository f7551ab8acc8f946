"""One feature of one client in a sentence: its own value, and what is usual among accepted clients."""

import numpy as np
import pytest

from creditdesk.reasons import render
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.model.explainer_data import ReferenceRange
from scoring.ml.tables.catalogue import column

CREDIT, AGE = catalogue.BY_NAME["AMT_CREDIT"], catalogue.BY_NAME["DAYS_BIRTH"]
CATEGORY = next(one for one in catalogue.FEATURES if one.unit is Unit.CATEGORY)
HISTORY = next(one for one in catalogue.FEATURES if one.table == "bureau" and one.unit is Unit.MONEY)
USUAL = "that is usual among accepted clients too"


def usual(low=np.nan, high=np.nan, coverage=0.9, shares=(np.nan, np.nan)) -> ReferenceRange:
    return ReferenceRange(low=low, high=high, coverage=coverage, shares=np.array(shares))


def told(feature, value, among=None, refused=True, rows=None) -> dict[str, str]:
    return render.told(feature, value, among, refused, rows or {})


def test_a_value_outside_the_usual_range_is_told_beside_it():
    found = told(CREDIT, 900_000.0, usual(100_000.0, 500_000.0))
    assert found["text_en"] == (
        "The requested credit is €900,000; for most accepted clients: between €100,000 and €500,000."
    )
    assert found["text_fr"] == (
        "Le crédit demandé est de 900\u202f000\xa0€ ; pour la plupart des clients acceptés :"
        " entre 100\u202f000\xa0€ et 500\u202f000\xa0€."
    )


@pytest.mark.parametrize(
    ("value", "within"), [(99.0, False), (100.0, True), (300.0, True), (500.0, True), (501.0, False)]
)
def test_a_value_is_usual_from_one_end_of_the_range_to_the_other(value, within):
    assert (USUAL in told(CREDIT, value, usual(100.0, 500.0))["text_en"]) == within


def test_what_carried_an_accept_is_not_said_to_weigh_towards_refusal():
    found = told(CREDIT, 300.0, usual(100.0, 500.0), refused=False)
    assert found["text_en"].endswith("for most accepted clients: between €100 and €500.")
    assert "refus" not in found["text_fr"]


def test_a_range_that_reads_as_one_value_is_told_as_one():
    found = told(CREDIT, 300.0, usual(500.1, 500.2))
    assert found["text_en"] == "The requested credit is €300; for most accepted clients: €500."
    assert found["text_fr"].endswith("pour la plupart des clients acceptés : 500\xa0€.")


def test_the_younger_end_of_an_age_range_comes_first():
    found = told(AGE, -9_000.0, usual(-20_000.0, -10_000.0))
    assert found["text_en"].endswith("for most accepted clients: between 27 years and 54 years.")


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.251, "so it is for 25% of accepted clients."),
        (np.nan, "few accepted clients are in that case."),
    ],
)
def test_a_category_is_told_with_the_share_of_accepted_clients_in_it(share, said):
    alone = told(CATEGORY, 0.0)["text_en"].removesuffix(".")
    assert told(CATEGORY, 0.0, usual(shares=(share, 0.5)))["text_en"] == f"{alone}; {said}"
    assert alone.startswith(CATEGORY.label.en[:1].upper() + CATEGORY.label.en[1:])


def test_without_what_is_usual_the_sentence_stands_alone():
    assert told(CREDIT, 300.0)["text_en"] == "The requested credit is €300."
    assert told(CREDIT, np.nan)["text_fr"] == "Crédit demandé : manquant."


def test_a_missing_value_is_told_with_how_many_accepted_clients_have_one():
    found = told(CREDIT, np.nan, usual(100.0, 500.0, coverage=0.94))
    assert found["text_en"].endswith(": missing; it is known for 94% of accepted clients.")
    assert found["text_fr"].endswith("cette information est connue pour 94\u202f% des clients acceptés.")


@pytest.mark.parametrize(
    ("rows", "why"), [({}, "not provided"), ({"bureau": 0}, "no history"), ({"bureau": 3}, "none recorded")]
)
def test_a_missing_history_says_why_it_is_missing(rows, why):
    label = HISTORY.label.en[:1].upper() + HISTORY.label.en[1:]
    assert told(HISTORY, np.nan, rows=rows)["text_en"] == f"{label}: {why}."


def test_a_feature_without_a_phrase_is_told_by_its_label():
    label = HISTORY.label.fr[:1].upper() + HISTORY.label.fr[1:]
    assert told(HISTORY, 1234.0)["text_fr"] == f"{label} : 1\u202f234\xa0€."


def test_a_needed_input_is_asked_for_in_both_languages():
    label = column("application", "AMT_INCOME_TOTAL").label
    found = render.needed(label)
    assert found["text_en"] == (
        f"{label.en[:1].upper()}{label.en[1:]}: not known."
        " Without it the model gives no verdict, and a person must look first."
    )
    assert found["text_fr"].startswith(f"{label.fr[:1].upper()}{label.fr[1:]} : information inconnue.")
    assert found["text_fr"].endswith("une personne doit d’abord examiner la demande.")


def test_indices_spreads_and_slopes_are_not_what_a_sentence_is_about():
    unsaid = [one.name for one in catalogue.FEATURES if not render.can_be_said(one)]
    assert {"EXT_PRODUCT"} <= set(unsaid)
    for end in ("_std", "_slope", "_trend"):
        named = {one.name for one in catalogue.FEATURES if one.name.endswith(end)}
        assert named <= set(unsaid), end
    assert render.can_be_said(CREDIT)
    assert render.can_be_said(CATEGORY)
