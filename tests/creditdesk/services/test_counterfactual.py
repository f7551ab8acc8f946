"""Counterfactuals of a refusal: searched once, stored word for word, confirmed by the model."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.append_only import AppendOnlyError
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import Assessment, CounterfactualSearch, ShownCounterfactual
from creditdesk.services import ChargesDeclaration, counterfactual
from creditdesk.services.prediction import predict
from scoring import engine
from scoring import services as versions
from scoring.ml.model.affordability import Affordability
from scoring.ml.whatif.counterfactuals import MARGIN
from scoring.ml.whatif.request import translate
from tests.creditdesk.policies import published
from tests.html import Elements
from tests.scoring.modelfolder import tiny_model


@pytest.fixture
def set_threshold(db) -> Callable[[float], None]:
    """Give the model in use another threshold."""

    def write(threshold: float) -> None:
        model = engine.current()
        object.__setattr__(model, "manifest", replace(model.manifest, threshold=threshold))

    return write


@pytest.fixture
def case(case_of, model_in_use):
    return case_of("advisor")


@pytest.fixture
def credit_model(settings, tmp_path) -> None:
    """A model in use whose probability falls with the credit."""
    settings.ML_ARTIFACTS = tmp_path
    tiny_model(tmp_path, name="credit-1", features=("CREDIT_TO_INCOME", "EXT_SOURCE_2"))
    versions.activate(version=versions.register(name="credit-1", by=None), by=None, reason="")


@pytest.fixture
def refused(case_of, person, set_threshold, credit_model):
    """A refusal just above the threshold, which a smaller credit would have changed."""
    case = case_of("advisor")
    set_threshold(predict(engine.current(), case.profile.record, None).probability * 0.999)
    return services.assess(case=case, by=person("advisor"))


def test_a_change_must_lead_below_where_the_policy_accepts(case_of, person, credit_model):
    case = case_of("advisor")
    probability = predict(engine.current(), case.profile.record, None).probability
    policy = published(
        person("manager"), person("admin"), accept_below=probability * 0.97, refuse_from=probability * 0.999
    )
    refused = services.assess(case=case, by=person("advisor"))
    assert (refused.verdict, refused.policy) == ("refuse", policy)
    counterfactuals = services.counterfactuals_of(refused, by=person("advisor"))
    assert counterfactuals
    assert all(counterfactual.probability < policy.accept_below for counterfactual in counterfactuals)


@pytest.mark.parametrize("keeps_rule", [True, False])
def test_no_change_is_suggested_that_the_budget_does_not_carry(
    case_of, person, credit_model, monkeypatch, keeps_rule
):
    """Half of the instalment is all that is left: a smaller credit at the instalment on file is no way."""
    case = case_of("advisor", application={"AMT_INCOME_TOTAL": 200_000.0, "AMT_ANNUITY": 20_000.0})
    probability = predict(engine.current(), case.profile.record, None).probability
    published(
        person("manager"),
        person("admin"),
        accept_below=probability * 0.97,
        refuse_from=probability * 0.999,
        affordability_rule="fr-1",
    )
    charges = ChargesDeclaration(housing=60_000.0, loans=0.0, other=0.0, members=1)
    services.declare_charges(case=case, declaration=charges, by=person("advisor"))
    refused = Assessment.objects.get(case=case)
    assert (refused.verdict, refused.affordability_outcome) == ("refuse", "not_met")
    if not keeps_rule:
        monkeypatch.setattr(Affordability, "allows", lambda *_: True)
    counterfactuals = services.counterfactuals_of(refused, by=person("advisor"))
    assert counterfactuals
    simulated = [
        services.simulate(case=case, request=translate(refused.record, change.entered), by=person("advisor"))
        for change in counterfactuals
    ]
    assert ({answer.prediction.verdict for answer in simulated} == {"accept"}) is keeps_rule


def shown(text_en: str, text_fr: str) -> ShownCounterfactual:
    return ShownCounterfactual(
        changes={"AMT_CREDIT": (450_000.0, 380_000.0)},
        entered={"AMT_CREDIT": 380_000.0},
        probability=0.05,
        text_en=text_en,
        text_fr=text_fr,
    )


def test_every_counterfactual_is_accepted_with_a_margin_when_predicted_again(refused, person):
    model = engine.current()
    counterfactuals = services.counterfactuals_of(refused, by=person("advisor"))
    assert counterfactuals
    record = refused.record
    for shown_counterfactual in counterfactuals:
        assert {name: before for name, (before, _) in shown_counterfactual.changes.items()} == {
            name: record[name] for name in shown_counterfactual.changes
        }
        changed = {name: after for name, (_, after) in shown_counterfactual.changes.items()}
        prediction = predict(model, {**record, **changed}, None)
        assert prediction.verdict == "accept"
        assert prediction.probability == shown_counterfactual.probability <= model.threshold * (1 - MARGIN)


def test_counterfactuals_are_searched_once_and_read_by_everybody_after(refused, person):
    assert services.counterfactuals_of(refused) is None
    assert services.counterfactuals_of(refused, by=person("auditor")) is None
    counterfactuals = services.counterfactuals_of(refused, by=person("advisor"))
    assert counterfactuals == CounterfactualSearch.objects.get().shown
    assert services.counterfactuals_of(refused) == counterfactuals
    assert services.counterfactuals_of(refused, by=person("manager")) == counterfactuals
    event = AuditEvent.objects.get(action="counterfactuals")
    assert (event.actor, event.target) == ("advisor", refused.case.reference)
    assert event.details == {"assessment": refused.pk, "found": len(counterfactuals or ())}


def test_stored_keys_stay_those_of_the_column():
    stored = {
        "changes": {"AMT_CREDIT": [450_000.0, 380_000.0]},
        "asked": {"AMT_CREDIT": 380_000.0},
        "probability": 0.05,
        "text_en": "A credit of 1",
        "text_fr": "Un crédit de 1",
    }
    assert shown("A credit of 1", "Un crédit de 1").to_json() == stored
    assert ShownCounterfactual.from_json(stored) == shown("A credit of 1", "Un crédit de 1")


def test_a_stored_search_cannot_be_rewritten(refused, person):
    services.counterfactuals_of(refused, by=person("advisor"))
    row = CounterfactualSearch.objects.get()
    row.counterfactuals = []
    with pytest.raises(AppendOnlyError):
        row.save()


def test_an_accepted_case_has_no_counterfactuals(case, person, set_threshold):
    set_threshold(0.9999)
    assessment = services.assess(case=case, by=person("advisor"))
    assert assessment.verdict == "accept"
    assert services.counterfactuals_of(assessment, by=person("advisor")) is None
    assert not CounterfactualSearch.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scale", [1.0, 0.02])
@pytest.mark.parametrize("how_long", [{"DURATION": 24.0}, {"AMT_ANNUITY": 21_000.0}, {}])
def test_trying_a_counterfactual_simulates_its_very_changes(
    case_of, client_as, model_in_use, set_threshold, person, settings, how_long, scale, language
):
    """Without an instalment or a duration of its own, a counterfactual leaves the instalment as on file."""
    case = case_of("advisor", application={"FLAG_DOCUMENT_3": 0.0})
    entered = {"AMT_CREDIT": 300_000.0, "FLAG_DOCUMENT_3": 1.0, **how_long}
    record = case.profile.record
    as_on_file = {} if how_long else {"AMT_ANNUITY": record["AMT_ANNUITY"]}
    changes = translate(record, {**entered, **as_on_file}).changes
    set_threshold(1e-9)
    assessment = services.assess(case=case, by=person("advisor"))
    CounterfactualSearch.objects.create(
        assessment=assessment,
        counterfactuals=[replace(shown("A", "B"), entered=entered).to_json()],
        by=person("advisor"),
    )
    settings.AMOUNT_SCALE = scale
    browser = client_as("advisor")
    browser.cookies["django_language"] = language
    page = Elements(browser.get(reverse("case_counterfactuals", args=[case.reference])).content.decode())
    names = entered.keys() | as_on_file.keys()
    fields = {field["name"]: field["value"] for field in page.having("value") if field.get("name") in names}
    assert fields.keys() == names
    result = browser.post(reverse("case_simulate", args=[case.reference]), fields).content.decode()
    (simulated,) = Elements(result).having("data-simulated-probability")
    expected = predict(engine.current(), {**record, **changes}, None).probability
    assert simulated["data-simulated-probability"] == repr(expected)


@pytest.mark.parametrize(("language", "sentence"), [("en", "A credit of 1"), ("fr", "Un crédit de 1")])
def test_the_page_shows_counterfactuals_in_the_readers_language(
    refused, client_as, monkeypatch, language, sentence
):
    confirmed = [shown("A credit of 1", "Un crédit de 1")]
    monkeypatch.setattr(counterfactual, "confirmed_counterfactuals", lambda *_: confirmed)
    browser = client_as("advisor")
    browser.cookies["django_language"] = language
    html = browser.get(reverse("case_counterfactuals", args=[refused.case.reference])).content.decode()
    (element,) = Elements(html).having("data-counterfactual")
    assert element["data-probability-then"] == "0.05"
    assert sentence in html


def test_the_page_says_that_no_realistic_change_was_found(refused, client_as, monkeypatch):
    monkeypatch.setattr(counterfactual, "confirmed_counterfactuals", lambda *_: [])
    html = client_as("advisor").get(reverse("case_counterfactuals", args=[refused.case.reference]))
    assert "No realistic change was found" in html.content.decode()
    assert CounterfactualSearch.objects.get().counterfactuals == []


def test_a_case_without_editable_values_has_an_empty_search(case_of, model_in_use, set_threshold, person):
    bare = dict.fromkeys(("AMT_GOODS_PRICE", "DAYS_EMPLOYED"))
    case = case_of("advisor", application={**bare, "AMT_CREDIT": 1_000.0, "AMT_ANNUITY": 100.0})
    set_threshold(1e-9)
    assessment = services.assess(case=case, by=person("advisor"))
    assert services.counterfactuals_of(assessment, by=person("advisor")) == ()
