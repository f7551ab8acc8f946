"""Sentences about a feature: the client's value beside the reference range of accepted clients."""

import numpy as np
import pytest

from creditdesk.reasons import render
from creditdesk.reasons.bilingual import BilingualText
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Unit
from scoring.ml.model.explainer_data import ReferenceRange
from scoring.ml.tables.catalogue import column

CREDIT, AGE = catalogue.BY_NAME["AMT_CREDIT"], catalogue.BY_NAME["DAYS_BIRTH"]
CATEGORY = next(feature for feature in catalogue.FEATURES if feature.unit is Unit.CATEGORY)
HISTORY = next(
    feature for feature in catalogue.FEATURES if feature.table == "bureau" and feature.unit is Unit.MONEY
)
WITHIN_RANGE = "that is usual among accepted clients too"


def reference_range(low=np.nan, high=np.nan, coverage=0.9, shares=(np.nan, np.nan)) -> ReferenceRange:
    return ReferenceRange(low=low, high=high, coverage=coverage, shares=np.array(shares))


def sentences(feature, value, accepted=None, refused=True, rows=None) -> BilingualText:
    return render.sentences(feature, value, accepted, refused=refused, history_rows=rows or {})


def test_a_value_outside_the_range_is_compared_with_it():
    texts = sentences(CREDIT, 900_000.0, reference_range(100_000.0, 500_000.0))
    assert texts["text_en"] == (
        "The requested credit is €900,000; for most accepted clients: between €100,000 and €500,000."
    )
    assert texts["text_fr"] == (
        "Le crédit demandé est de 900\u202f000\xa0€ ; pour la plupart des clients acceptés :"
        " entre 100\u202f000\xa0€ et 500\u202f000\xa0€."
    )


@pytest.mark.parametrize(
    ("value", "within"), [(99.0, False), (100.0, True), (300.0, True), (500.0, True), (501.0, False)]
)
def test_both_ends_belong_to_the_range(value, within):
    assert (WITHIN_RANGE in sentences(CREDIT, value, reference_range(100.0, 500.0))["text_en"]) == within


def test_a_reason_for_an_accept_does_not_mention_refusal():
    texts = sentences(CREDIT, 300.0, reference_range(100.0, 500.0), refused=False)
    assert texts["text_en"].endswith("for most accepted clients: between €100 and €500.")
    assert "refus" not in texts["text_fr"]


def test_a_range_that_is_formatted_as_one_value_is_written_as_one():
    texts = sentences(CREDIT, 300.0, reference_range(500.1, 500.2))
    assert texts["text_en"] == "The requested credit is €300; for most accepted clients: €500."
    assert texts["text_fr"].endswith("pour la plupart des clients acceptés : 500\xa0€.")


def test_the_younger_end_of_an_age_range_comes_first():
    texts = sentences(AGE, -9_000.0, reference_range(-20_000.0, -10_000.0))
    assert texts["text_en"].endswith("for most accepted clients: between 27 years and 54 years.")


@pytest.mark.parametrize(
    ("share", "comparison"),
    [
        (0.251, "so it is for 25% of accepted clients."),
        (np.nan, "few accepted clients are in that case."),
    ],
)
def test_a_category_is_compared_by_the_share_of_accepted_clients_in_it(share, comparison):
    alone = sentences(CATEGORY, 0.0)["text_en"].removesuffix(".")
    assert (
        sentences(CATEGORY, 0.0, reference_range(shares=(share, 0.5)))["text_en"] == f"{alone}; {comparison}"
    )
    assert alone.startswith(CATEGORY.label.en[:1].upper() + CATEGORY.label.en[1:])


def test_without_a_range_the_fact_stands_alone():
    assert sentences(CREDIT, 300.0)["text_en"] == "The requested credit is €300."
    assert sentences(CREDIT, np.nan)["text_fr"] == "Crédit demandé : manquant."


def test_a_missing_value_is_compared_by_the_share_of_accepted_clients_who_have_one():
    texts = sentences(CREDIT, np.nan, reference_range(100.0, 500.0, coverage=0.94))
    assert texts["text_en"].endswith(": missing; it is known for 94% of accepted clients.")
    assert texts["text_fr"].endswith("cette information est connue pour 94\u202f% des clients acceptés.")


@pytest.mark.parametrize(
    ("rows", "why"), [({}, "not provided"), ({"bureau": 0}, "no history"), ({"bureau": 3}, "none recorded")]
)
def test_a_missing_history_gives_the_reason(rows, why):
    label = HISTORY.label.en[:1].upper() + HISTORY.label.en[1:]
    assert sentences(HISTORY, np.nan, rows=rows)["text_en"] == f"{label}: {why}."


def test_a_feature_without_a_phrase_is_named_by_its_label():
    label = HISTORY.label.fr[:1].upper() + HISTORY.label.fr[1:]
    assert sentences(HISTORY, 1234.0)["text_fr"] == f"{label} : 1\u202f234\xa0€."


def test_a_required_input_is_named_in_both_languages():
    label = column("application", "AMT_INCOME_TOTAL").label
    texts = render.required_input(label)
    assert texts["text_en"] == (
        f"{label.en[:1].upper()}{label.en[1:]}: not known."
        " Without it the model gives no verdict, and a person must look first."
    )
    assert texts["text_fr"].startswith(f"{label.fr[:1].upper()}{label.fr[1:]} : information inconnue.")
    assert texts["text_fr"].endswith("une personne doit d’abord examiner la demande.")


def test_indices_spreads_and_slopes_are_not_presentable():
    hidden = {feature.name for feature in catalogue.FEATURES if not render.is_presentable(feature)}
    assert "EXT_PRODUCT" in hidden
    for end in ("_std", "_slope", "_trend"):
        named = {feature.name for feature in catalogue.FEATURES if feature.name.endswith(end)}
        assert named <= hidden, end
    assert render.is_presentable(CREDIT)
    assert render.is_presentable(CATEGORY)
