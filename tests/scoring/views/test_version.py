"""The pages of one version: performance, explanation, fairness."""

import pytest

from scoring import services
from tests.scoring.modelfolder import tiny_model
from tests.scoring.validation_sections import sanity_checks, validation_sections

pytestmark = pytest.mark.django_db


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
    page = page_of()
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


def test_importance_direction_dependence_and_interactions_are_drawn(page_of):
    page = page_of("explanation/")
    assert 'id="importance"' in page
    assert 'id="groups"' in page
    assert page.count('id="dependence-') >= 5
    assert 'id="interactions"' in page


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


@pytest.mark.parametrize("sub", ["", "explanation/", "fairness/"])
def test_a_version_without_validation_report_shows_a_notice_or_nothing(client_as, model_in_use, sub):
    answer = client_as("analyst").get(f"/models/tiny-1/{sub}")
    assert answer.status_code == 200
    assert ("Not available" in answer.content.decode()) == bool(sub)
    assert "<figure" not in answer.content.decode()


@pytest.mark.parametrize("sub", ["", "explanation/", "fairness/"])
def test_a_page_without_scripts_or_styles_of_its_own(page_of, sub):
    page = page_of(sub)
    assert " style=" not in page
    assert "<script>" not in page
