"""Peer comparison: shares below a client's value, and values that the model does not read."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.pages.case.peer_comparison import _segments, share_below
from creditdesk.reasons.values import out_of_100
from scoring import services as versions
from scoring.ml.tables.catalogue import column
from scoring.presentation.formatting import capitalized
from tests.html import case_page, plain_text
from tests.scoring.modelfolder import tiny_model


@given(
    value=st.floats(min_value=-5, max_value=15),
    counts=st.lists(st.integers(0, 100), min_size=10, max_size=10),
)
def test_the_share_below_is_a_share(value, counts):
    assert 0 <= share_below(value, list(range(11)), counts) <= 1


def test_the_share_below_counts_the_histogram():
    counts = [10, 10, 20, 0, 0]
    assert share_below(2.0, [0, 1, 2, 3, 4, 5], counts) == pytest.approx(0.5)
    assert share_below(2.5, [0, 1, 2, 3, 4, 5], counts) == pytest.approx(0.75)
    assert share_below(-1, [0, 1, 2, 3, 4, 5], counts) == 0
    assert share_below(9, [0, 1, 2, 3, 4, 5], counts) == 1


def test_credit_instalment_and_income_are_compared_though_no_features_of_the_model(
    client_as, case_of, settings, tmp_path
):
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="narrow-1", features=["EXT_SOURCE_2", "DAYS_BIRTH"], explain=True)
    versions.activate(version=versions.register(name="narrow-1", by=None), by=None, reason="")
    html = case_page(client_as("advisor"), case_of("advisor"), "compare/")
    text = plain_text(html[html.index('id="comparison"') :])
    for label, value in (
        ("Requested credit", "€406,598"),
        ("Monthly instalment", "€24,700"),
        ("Loan in monthly instalments", "16.46"),
    ):
        assert f"{label} {value}" in text


def test_the_texts_about_a_group_follow_the_language_and_the_scale_of_amounts(
    client_as, case_of, model_in_use, settings
):
    case, advisor = case_of("advisor"), client_as("advisor")

    def credit_of_the_group(language: str) -> str:
        advisor.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})
        caches["fragments"].clear()
        html = case_page(advisor, case, "compare/?feature=AMT_CREDIT")
        return plain_text(html.partition('id="distribution"')[2].partition("</figure>")[0])

    english, french = credit_of_the_group("en"), credit_of_the_group("fr")
    assert "Requested credit" in english
    assert "Crédit demandé" in french
    assert "Requested credit" not in french
    settings.AMOUNT_SCALE = 0.02
    assert credit_of_the_group("en") != english


def test_a_group_by_income_names_the_amounts_that_people_read(settings):
    """202,500 in the tables is €4,050 where the scale is 0.02."""
    settings.AMOUNT_SCALE = 0.02
    population: Any = SimpleNamespace(income_edges=(180_000.0, 225_000.0), segments={"income_band:2": {}})
    segments = _segments(population, {"AMT_INCOME_TOTAL": 202_500.0})
    assert [segment.label for segment in segments.values()] == ["Income €3,600 to €4,500"]
    with override("fr"):
        segments = _segments(population, {"AMT_INCOME_TOTAL": 202_500.0})
        assert segments["income_band:2"].label == "Revenu de 3\u202f600\xa0€ à 4\u202f500\xa0€"


@pytest.mark.parametrize(("language", "words"), [("en", "26 out of 100"), ("fr", "26 sur 100")])
def test_a_rating_is_written_in_every_tab_as_in_the_reasons(
    client_as, case_of, model_in_use, settings, language, words
):
    case, advisor = case_of("advisor", application={"EXT_SOURCE_2": 0.262949}), client_as("advisor")
    advisor.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})
    with override(language):
        assert out_of_100(case.profile.record["EXT_SOURCE_2"]) in words
        label = capitalized(column("application", "EXT_SOURCE_2").label)
    for tab in ("compare/", "client/"):
        assert f"{label} {words}" in plain_text(case_page(advisor, case, tab)), tab
    html = case_page(advisor, case, "compare/?feature=EXT_SOURCE_2")
    figure = html.partition('id="distribution"')[2].partition("</figure>")[0]
    axis = re.findall(r"<text[^>]*>([^<]+)</text>", figure)
    assert axis
    assert all(label.isdecimal() for label in axis), axis
