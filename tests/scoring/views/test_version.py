"""The pages of one version: performance, explanation, fairness."""

from typing import Any

import pytest

from scoring import services
from scoring.presentation.metric_labels import LABELS
from tests.scoring.modelfolder import tiny_model
from tests.scoring.validation_sections import sanity_checks, validation_sections

pytestmark = pytest.mark.django_db
SUBPAGES = (
    *("", "performance/", "weaknesses/", "explanation/", "explanation/features/", "explanation/pairs/"),
    "fairness/",
)


@pytest.fixture
def page_of(client_as, settings, tmp_path):
    """The text of a page of a version with these entries in its manifest."""

    def read(sub: str = "", **entries):
        settings.ML_ARTIFACTS = tmp_path / "versions"
        tiny_model(settings.ML_ARTIFACTS, name="measured", **{**validation_sections(), **entries})
        services.register(name="measured", by=None)
        return client_as("analyst").get(f"/models/measured/{sub}").content.decode()

    return read


def test_every_curve_is_drawn_from_a_table_that_is_on_the_page(page_of):
    page = page_of("performance/")
    for code in ("cost", "reliability", "roc", "precision-recall", "ks", "lift"):
        figure = page.split(f'id="{code}"')[1].split("</figure>")[0]
        assert "<canvas" in figure
        assert figure.count("data-value=") >= 10
        assert "The figures as a table" in figure


def test_the_sanity_checks_are_listed_with_their_figures(page_of):
    page = page_of()
    assert "Out of fold and hold-out agree" in page
    assert "This run is suspect" not in page


def test_a_suspect_run_is_marked(page_of):
    page = page_of(checks=sanity_checks(failed="no_leak"), suspect=["no_leak"])
    assert "This run is suspect" in page


@pytest.mark.parametrize(
    ("sub", "code", "count"),
    [
        ("explanation/", "importance", 1),
        ("explanation/", "groups", 1),
        ("explanation/features/", "dependence-", 5),
        ("explanation/pairs/", "interactions", 1),
    ],
)
def test_importance_direction_dependence_and_interactions_are_drawn(page_of, sub, code, count):
    assert page_of(sub).count(f'id="{code}') >= count


def test_each_attribute_has_its_groups_in_words_and_small_ones_are_counted_only(page_of):
    page = page_of("fairness/")
    figure = page.split('id="fairness-code-gender"')[1].split("</figure>")[0]
    assert "Woman" in figure
    assert "under four fifths" in figure
    assert "XNA" not in page
    ages = page.split('id="fairness-age-band"')[1]
    assert ages.index("Under 30") < ages.index("Aged 30 to 39")
    assert "0.810" in page
    assert "0.7533" in page


@pytest.mark.parametrize("sub", SUBPAGES)
def test_a_version_without_validation_report_shows_a_notice_or_nothing(client_as, model_in_use, sub):
    answer = client_as("analyst").get(f"/models/tiny-1/{sub}")
    assert answer.status_code == 200
    assert ("Not available" in answer.content.decode()) == bool(sub)
    assert "<figure" not in answer.content.decode()


@pytest.mark.parametrize("sub", SUBPAGES)
def test_a_page_without_scripts_or_styles_of_its_own(page_of, sub):
    page = page_of(sub)
    assert " style=" not in page
    assert "<script>" not in page


def test_the_rules_for_the_threshold_are_drawn_with_what_they_cost(page_of):
    rules = [
        {
            "code": "fold_mean",
            "threshold": 0.1,
            "threshold_deviation": 0.01,
            "cost": 0.52,
            "cost_deviation": 0.006,
        },
        {
            "code": "pooled",
            "threshold": 0.09,
            "threshold_deviation": 0.02,
            "cost": 0.53,
            "cost_deviation": 0.007,
        },
        {"code": "theoretical", "threshold": None, "why": "calibration slope 0.700, error 0.0200"},
    ]
    page = page_of("weaknesses/", threshold_rules={"in_force": "fold_mean", "resamples": 100, "rules": rules})
    figure = page.split('id="threshold-rules"')[1].split("</figure>")[0]
    assert "In force: Mean of the five fold optima" in figure
    assert "0.5200" in figure
    assert "9.00%" in figure
    assert "not calibrated: In theory" in figure


def test_the_curve_of_the_number_of_features_is_drawn(page_of):
    points = [
        {"features": 40, "log_loss": 0.2431, "excess": 0.0001, "standard_error": 0.0002},
        {"features": 189, "log_loss": 0.243, "excess": 0.0, "standard_error": 0.0},
    ]
    page = page_of("weaknesses/", feature_count={"chosen": 40, "floor": 40, "clients": 900, "points": points})
    figure = page.split('id="feature-count"')[1].split("</figure>")[0]
    assert "40 were kept" in figure
    assert "0.2431" in figure


def test_the_figures_of_repeated_splits_stand_first(page_of):
    spread = {"mean": 0.7611, "deviation": 0.0052, "values": [0.755, 0.764, 0.7643]}
    repeated = {"oof": dict.fromkeys(LABELS, spread), "holdout": dict.fromkeys(LABELS, spread)}
    page = page_of(repeated_splits={"seeds": [1, 2, 3], "metrics": repeated})
    assert "mean of 3 splits" in page.split("AUC on the hold-out</a></dt>")[1][:300]
    assert page.count("0.761 ± 0.005") == 2 * len(LABELS)


def test_a_direction_that_the_data_deny_is_drawn_with_its_curve(page_of):
    denied = {
        "feature": "EXT_SOURCE_1",
        "sign": -1,
        "is_denied": True,
        "default_rates": [0.05, 0.07, 0.12],
        "slope": {"value": 0.1, "low": 0.08, "high": 0.12},
    }
    change = {"value": -0.0002, "low": -0.0005, "high": 0.0001}
    section = {"is_imposed": True, "log_loss_change": change, "clients": 900, "features": [denied]}
    page = page_of("weaknesses/", directions=section)
    figure = page.split('id="denied-ext-source-1"')[1].split("</figure>")[0]
    assert "from 5.0% in the lowest tenth to 12.0% in the highest" in figure


def weakness_report() -> dict[str, Any]:
    estimate = {"value": -0.02, "low": -0.03, "high": -0.01}

    def group(z: float, **where: Any) -> dict[str, Any]:
        client_slice = {"code": None, "low": None, "high": None, "is_missing": False, **where}
        return {
            "slice": client_slice,
            "clients": 812,
            "defaults": 90,
            "auc": 0.611,
            "promised": 0.733,
            "shortfall": 0.12,
            "z": z,
            "is_beyond_chance": z > 4,
            "expected": 0.1,
            "observed": 0.112,
        }

    point = {
        "level": 0.4,
        "auc": 0.7123,
        "auc_change": estimate,
        "cost": 0.6,
        "cost_change": estimate,
        "verdicts_changed": 0.151,
    }
    slices = [
        group(5.2, feature="NAME_INCOME_TYPE", code=0),
        group(2.0, feature="DAYS_BIRTH", low=-10_958.0),
        group(1.0, feature="EXT_SOURCE_1", is_missing=True),
    ]
    section = {"clients": 9_000, "examined": 61, "limit": 4.1, "slices": slices}
    return {"weak_slices": section, "noise": [point], "missing": [{**point, "verdicts_changed": 0.222}]}


def test_weak_groups_and_disturbed_inputs_are_drawn_in_words(page_of):
    page = page_of("weaknesses/", weaknesses=weakness_report())
    figure = page.split('id="weak-slices"')[1].split("</figure>")[0]
    assert "61 groups of clients were examined" in figure
    assert "Weak beyond chance: Source of income: " in figure
    # Negative days: a higher value is a younger client.
    assert "Age: 30 years or less" in figure
    assert "missing" in figure
    assert "0.611" in figure
    disturbed = page.split('id="disturbed-inputs"')[1].split("</figure>")[0]
    assert "15.1% and 22.2% of the verdicts change" in disturbed
    assert "0.7323" in disturbed
    assert "0.7123" in disturbed


def test_the_card_in_the_reader_s_language_names_the_weak_groups(page_of):
    page = page_of("card/", weaknesses=weakness_report())
    section = page.split('id="weaknesses"')[1].split("</section>")[0]
    assert "Weak beyond chance: Source of income: " in section
    assert "61 groups" in section
