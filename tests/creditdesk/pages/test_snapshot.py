"""A past assessment as it was seen: recomputed by its own model, with today's model beside it."""

import shutil

import pytest

from creditdesk import services
from creditdesk.models import Assessment, CounterfactualSearch
from creditdesk.services.prediction import predict
from scoring import engine
from scoring import services as versions
from tests.creditdesk.policies import published
from tests.factories import corrected
from tests.html import Elements
from tests.scoring.modelfolder import tiny_model

pytestmark = pytest.mark.django_db

FEATURES = ("CREDIT_TO_INCOME", "EXT_SOURCE_2")


@pytest.fixture
def models(settings, tmp_path):
    """The folder of versions; the one that assessed is in it."""
    settings.ML_ARTIFACTS = tmp_path
    activate("then-1", tmp_path, features=FEATURES)
    return tmp_path


def activate(name, folder, **what) -> None:
    tiny_model(folder, name=name, **what)
    versions.activate(version=versions.register(name=name, by=None), by=None, reason="")


@pytest.fixture
def past(case_of, person, models) -> Assessment:
    """A refusal under a policy and a model that are no longer in use, of data that were corrected since."""
    case, advisor = case_of("advisor"), person("advisor")
    probability = predict(engine.current(), case.profile.record, None).probability
    terms = {"accept_below": probability * 0.999, "refuse_from": probability * 0.999}
    published(person("manager"), person("admin"), **terms)
    assessment = services.assess(case=case, by=advisor)
    services.counterfactuals_of(assessment, by=advisor)
    published(person("manager"), person("admin"), accept_below=0.97, refuse_from=0.98)
    activate("now-1", models, features=("EXT_SOURCE_3", "EXT_SOURCE_2"))
    corrected(case, AMT_INCOME_TOTAL=123_456.0)
    return assessment


def opened(browser, assessment: Assessment, query: str = "") -> str:
    assert assessment.case
    address = f"/cases/{assessment.case.reference}/assessments/{assessment.pk}/{query}"
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def value(page: str, attribute: str) -> str:
    (element,) = Elements(page).having(attribute)
    return element[attribute]


def test_what_is_shown_is_stored_and_recomputed_to_the_last_bit(client_as, past):
    page = opened(client_as("advisor"), past)
    assert (value(page, "data-verdict"), value(page, "data-recomputed")) == ("refuse", "exact")
    assert float(value(page, "data-probability")) == past.probability
    waterfall = Elements(page).having("data-score")[0]
    contributions = sum(item.contribution for item in past.feature_contributions())
    assert float(waterfall["data-base"]) == past.base_value
    assert float(waterfall["data-score"]) == pytest.approx(past.base_value + contributions, abs=1e-12)
    assert {item["data-compared"] for item in Elements(page).having("data-compared")} >= {"EXT_SOURCE_2"}
    assert "123,456" not in page


def test_the_counterfactuals_are_those_that_were_shown_and_the_model_finds_them_again(client_as, past):
    page = opened(client_as("advisor"), past)
    shown = CounterfactualSearch.objects.get(assessment=past).shown
    assert shown
    assert value(page, "data-counterfactuals") == "same"
    probabilities = [
        float(item["data-probability-then"]) for item in Elements(page).having("data-past-counterfactual")
    ]
    assert probabilities == [item.probability for item in shown]
    assert all(item.text_en in page for item in shown)


def test_todays_model_answers_beside_it_and_nothing_is_stored(client_as, past):
    browser = client_as("auditor")
    before = list(Assessment.objects.values_list("pk", flat=True))
    page = opened(browser, past)
    expected = predict(engine.current(), past.record, None)
    assert float(value(page, "data-today-probability")) == expected.probability
    assert value(page, "data-today") in {"accept", "refer"}
    assert "now-1" in page
    assert list(Assessment.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_without_its_model_the_page_says_so_and_shows_what_is_stored(client_as, past, models, damage):
    if damage == "gone":
        shutil.rmtree(models / "then-1")
    else:
        with (models / "then-1" / "model.txt").open("a") as file:
            file.write("\n")
    page = opened(client_as("advisor"), past)
    assert value(page, "data-recomputed") == "unavailable"
    assert float(value(page, "data-probability")) == past.probability
    assert Elements(page).having("data-score")
    assert value(page, "data-counterfactuals") == "stored"
    assert not Elements(page).having("data-compared")


def test_an_assessment_by_todays_rules_says_so(client_as, case_of, person, models):
    assessment = services.assess(case=case_of("advisor"), by=person("advisor"))
    page = opened(client_as("advisor"), assessment, "?segment=nothing")
    assert (value(page, "data-today"), value(page, "data-recomputed")) == ("same", "exact")


def test_a_stored_number_that_was_altered_is_not_called_the_same(client_as, past):
    # What the triggers keep from happening at the desk: another row of the same inputs with other numbers.
    columns = {
        field.attname: getattr(past, field.attname)
        for field in Assessment._meta.concrete_fields
        if not field.primary_key
    }
    other = Assessment.objects.create(**{**columns, "probability": past.probability + 1e-6})
    assert value(opened(client_as("advisor"), other), "data-recomputed") == "different"
