"""The explanation of a decision: data, model, persons and rights."""

import pytest

from creditdesk import services
from tests.creditdesk.letters.refusals import get, text_of
from tests.factories import assessed, decided

pytestmark = pytest.mark.django_db


def test_the_explanation_has_the_data_the_model_the_person_and_the_rights(
    client_as, model_in_use, case_of, person
):
    case = case_of("advisor", name="Zoé O’Brien", application={"EXT_SOURCE_1": None})
    assessment = services.assess(case=case, by=person("advisor"))
    services.decide(
        case=case, assessment=assessment, outcome="refuse", by=person("advisor"),
        reason_code="affordability", reason="The rent takes half of the income.",
    )  # fmt: skip
    get(client_as("advisor"), case, "case_explanation", language="en")
    text = text_of(case, kind="explanation")
    expected = [
        "€202,500",
        "25 years",
        assessment.model_version,
        assessment.model_digest,
        "right to an explanation",
    ]
    assert [words for words in expected if words not in text] == []
    assert "Data that we did not have: " in text
    assert "The rent takes half of the income." in text
    assert "4. What would have changed the model’s advice" in text
    assert "CODE_GENDER" not in text


def test_the_explanation_names_the_second_person(client_as, case_of, person):
    case = decided(assessed(case_of("advisor")), "accept", "proposed", override=True)
    services.check_decision(
        decision=case.decisions.get(), approve=True, reason="Surety seen, I agree.", by=person("manager")
    )
    get(client_as("advisor"), case, "case_explanation", language="en")
    text = text_of(case, kind="explanation")
    assert "manager" in text
    assert "Surety seen, I agree." in text
