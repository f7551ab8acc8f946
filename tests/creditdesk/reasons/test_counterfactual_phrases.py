"""Sentences about counterfactuals: both languages, no column names."""

import pytest

from creditdesk.reasons.bilingual import BilingualText
from creditdesk.reasons.counterfactual_phrases import sentences
from scoring.ml.whatif.counterfactuals import Counterfactual
from scoring.ml.whatif.request import translate
from tests.factories import APPLICATION

RECORD = {**APPLICATION, "FLAG_DOCUMENT_3": 0.0}
# The search of counterfactuals keeps the instalment on file where it lowers the credit alone.
ANNUITY = RECORD["AMT_ANNUITY"]


def sentences_about(entered) -> BilingualText:
    request = translate(RECORD, entered)
    changes = {name: value for name, value in request.changes.items() if isinstance(value, float)}
    return sentences(RECORD, Counterfactual(changes, entered, 0.05, 0.1))


@pytest.mark.parametrize(
    ("entered", "english", "french"),
    [
        (
            {"AMT_CREDIT": 380_000.0, "AMT_ANNUITY": ANNUITY},
            "A credit of €380,000 instead of €406,598.",
            "Un crédit de 380 000 € au lieu de 406 598 €.",
        ),
        (
            {"AMT_CREDIT": 300_000.0, "AMT_ANNUITY": ANNUITY},
            "A credit of €300,000 instead of €406,598 and goods financed for €300,000 instead of €351,000, "
            "the client paying the rest.",
            "Un crédit de 300 000 € au lieu de 406 598 € et un bien financé pour 300 000 € au lieu de "
            "351 000 €, le client payant le reste.",
        ),
        (
            {"FLAG_DOCUMENT_3": 1.0},
            "Document 3 provided, if the client really has it.",
            "Document 3 fourni, si le client en dispose réellement.",
        ),
    ],
)
def test_a_change_is_a_sentence_without_column_names(entered, english, french):
    texts = sentences_about(entered)
    assert " ".join(texts["text_en"].split()) == english
    assert " ".join(texts["text_fr"].split()) == french


def test_a_changed_duration_gives_the_instalment_and_both_durations():
    texts = sentences_about({"DURATION": 36.0})
    assert "a monthly instalment of €" in texts["text_en"].lower()
    assert "over 3 years instead of about" in texts["text_en"]
    assert "sur 3 ans au lieu d’environ" in texts["text_fr"]
