"""The unit of the income: a month, wherever it has a label."""

import pytest
from django.utils import translation

from creditdesk.forms.application import ApplicationForm
from creditdesk.reasons.dictionary import dictionary
from scoring.ml.tables.catalogue import column
from scoring.ml.whatif.editable import BY_NAME


@pytest.mark.parametrize(
    ("language", "word", "other"), [("en", "month", "year"), ("fr", "mois|mensuel", "an")]
)
def test_form_column_and_simulation_call_the_income_monthly(language, word, other):
    with translation.override(language):
        field = ApplicationForm()["AMT_INCOME_TOTAL"]
        labels = [column("application", "AMT_INCOME_TOTAL").label, BY_NAME["AMT_INCOME_TOTAL"].label]
        texts = [str(field.label), str(field.help_text), *(getattr(label, language) for label in labels)]
    for text in texts:
        assert any(part in text.lower() for part in word.split("|")), text
        assert not {f"{other}ly", "annuel", "année"} & set(text.lower().split())


@pytest.mark.parametrize("key", ["income_low", "loan_months_of_income", "debt_months_of_income"])
def test_reasons_count_income_by_the_month(key):
    text = dictionary().by_key[key].text
    assert "month" in text.en
    assert "mois" in text.fr
    assert "year" not in text.en
