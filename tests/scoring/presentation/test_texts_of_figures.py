"""Figures and candidates of a comparison in French: own words, numbers and agreement."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override

from scoring.ml.model.folder import read_manifest
from scoring.ml.model.manifest_validation import ExplanationSection, FeatureImportance
from scoring.ml.training.compare.candidates import CANDIDATES
from scoring.models import Activation, ModelVersion
from scoring.presentation import figures_comparison, gate_labels
from scoring.presentation.figures_explanation import importance
from scoring.presentation.figures_weaknesses import weaknesses
from tests.browser.every_page import MODEL

RESULTS: Any = json.loads((settings.BASE_DIR / "creditdesk" / "demo" / "comparison.json").read_text())


@pytest.mark.parametrize("code", CANDIDATES)
def test_every_candidate_is_described_as_it_is_trained_and_in_french_too(code):
    row: Any = {"code": code, "label": CANDIDATES[code].label, "told": "as it was stored"}
    assert figures_comparison.description(row).replace("’", "'") == CANDIDATES[code].description
    with override("fr"):
        assert figures_comparison.description(row) not in {CANDIDATES[code].description, "as it was stored"}


def test_a_version_that_is_compared_is_named_in_the_sentence_about_it():
    row: Any = {"code": "champion", "label": "demo-1", "told": "as it was stored"}
    with override("fr"):
        assert figures_comparison.description(row).startswith("La recette et les variables simples de demo-1")


def test_one_dearer_candidate_takes_a_verb_in_the_singular():
    results = RESULTS.get("results", RESULTS)
    with override("fr"):
        summary = str(figures_comparison.comparison(results)[1].summary)
    assert "Sur les 6 autres, 1 coûte plus" in summary


def test_a_share_has_a_space_before_its_percent_sign_in_french():
    features = tuple(
        FeatureImportance(feature="EXT_SOURCE_2", group="external_ratings", importance=size, direction=-1.0)
        for size in (0.6, 0.2, 0.1, 0.1)
    )
    explanation = ExplanationSection(
        clients=600,
        base_value=-2.5,
        used=313,
        features=features,
        groups=(),
        dependence={},
        interactions=(),
    )
    with override("fr"):
        assert "font 90\u202f% du total affiché" in str(importance(explanation).summary)


def test_a_figure_with_long_names_has_them_beside_its_marks():
    """Below the marks, names of seventy characters left a chart of no height, and shorter ones overlapped."""
    manifest = read_manifest(settings.BASE_DIR / "ml_artifacts" / MODEL)
    for language in ("en", "fr"):
        with override(language):
            figures = {each.code: each for each in weaknesses(manifest)}
            assert max(len(str(row.label)) for row in figures["weak-slices"].rows) > 40
            for figure in figures.values():
                longest = max(len(str(row.label)) for row in figure.rows)
                assert figure.horizontal == (longest > 24), (figure.code, language)


def test_the_gate_of_calibration_says_that_the_interval_of_the_slope_counts():
    """A slope of 0.89 passes where its interval reaches 0.9: the bare limits beside it read as a mistake."""
    text = gate_labels._calibration({"slope": 0.89, "ece": 0.02, "limit": 0.03})
    assert "Slope 0.89 (its interval must meet 0.9 to 1.1)" in text


def test_an_activation_names_the_time_of_the_desk_and_not_that_of_greenwich():
    moment = datetime(2026, 11, 30, 16, 16, tzinfo=UTC)
    activation = Activation(version=ModelVersion(name="demo-1"), activated_at=moment)
    assert str(activation) == "demo-1 2026-11-30 17:16"
