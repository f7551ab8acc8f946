"""What would change a refusal: told once, kept word for word, true when put to the model again."""

import pytest
from django.urls import reverse

from accounts.append_only import AppendOnlyError
from accounts.models import AuditEvent
from creditdesk import services
from creditdesk.models import CounterfactualSearch
from creditdesk.services import counterfactual
from creditdesk.services.prediction import predict
from scoring import engine
from scoring.ml.whatif.counterfactuals import MARGIN
from scoring.ml.whatif.request import translate
from tests.html import Elements


@pytest.fixture
def case(case_of, model_in_use):
    return case_of("advisor")


@pytest.fixture
def refused(case, person, monkeypatch):
    """A refusal that a smaller credit would have changed, by a model in use whose threshold is in between."""
    model = engine.current()
    chance = predict(model, case.profile.record).probability
    object.__setattr__(model, "threshold", chance * 0.999)
    return services.assess(case=case, by=person("advisor"))


def test_what_was_found_is_across_the_threshold_when_asked_again(refused, person):
    model = engine.current()
    found = services.counterfactuals_of(refused, by=person("advisor"))
    assert found is not None
    for one in found:
        then = {name: value for name, (_, value) in one["changes"].items()}
        now = {name: value for name, (value, _) in one["changes"].items()}
        record = {**refused.inputs["application"], **refused.inputs["history"]}
        assert now == {name: record[name] for name in now}
        answer = predict(model, {**record, **then})
        assert answer.verdict == "accept"
        assert answer.probability == one["probability"] <= model.threshold * (1 - MARGIN)


def test_it_is_searched_once_and_read_by_everybody_after(refused, person):
    assert services.counterfactuals_of(refused) is None
    assert services.counterfactuals_of(refused, by=person("auditor")) is None
    found = services.counterfactuals_of(refused, by=person("advisor"))
    assert services.counterfactuals_of(refused) == found == CounterfactualSearch.objects.get().counterfactuals
    assert services.counterfactuals_of(refused, by=person("manager")) == found
    event = AuditEvent.objects.get(action="counterfactuals")
    assert (event.actor, event.target) == ("advisor", refused.case.reference)
    assert event.details == {"assessment": refused.pk, "found": len(found or [])}


def test_what_was_told_cannot_be_rewritten(refused, person):
    services.counterfactuals_of(refused, by=person("advisor"))
    row = CounterfactualSearch.objects.get()
    row.counterfactuals = []
    with pytest.raises(AppendOnlyError):
        row.save()


def test_an_accepted_case_has_nothing_to_change(case, person):
    model = engine.current()
    object.__setattr__(model, "threshold", 0.9999)
    assessment = services.assess(case=case, by=person("advisor"))
    assert assessment.verdict == "accept"
    assert services.counterfactuals_of(assessment, by=person("advisor")) is None
    assert not CounterfactualSearch.objects.exists()


def test_each_can_be_tried_as_a_simulation_with_the_same_answer(case_of, model_in_use, client_as, person):
    case = case_of("advisor", application={"FLAG_DOCUMENT_3": 0.0})
    model = engine.current()
    asked = {"AMT_CREDIT": 300_000.0, "DURATION": 24.0, "FLAG_DOCUMENT_3": 1.0}
    changes = translate(case.profile.record, asked).changes
    one = {**told("A", "B"), "asked": asked}
    object.__setattr__(model, "threshold", 1e-9)
    assessment = services.assess(case=case, by=person("advisor"))
    CounterfactualSearch.objects.create(assessment=assessment, counterfactuals=[one], by=person("advisor"))
    browser = client_as("advisor")
    page = Elements(browser.get(reverse("case_counterfactuals", args=[case.reference])).content.decode())
    fields = {one["name"]: one["value"] for one in page.having("value") if one.get("name") in asked}
    answer = browser.post(reverse("case_simulate", args=[case.reference]), fields).content.decode()
    (found,) = Elements(answer).having("data-simulated-probability")
    expected = predict(model, {**case.profile.record, **changes}).probability
    assert float(found["data-simulated-probability"]) == expected


def told(text_en: str, text_fr: str) -> dict[str, object]:
    changes = {"AMT_CREDIT": [450_000.0, 380_000.0]}
    return {"changes": changes, "probability": 0.05, "text_en": text_en, "text_fr": text_fr}


@pytest.mark.parametrize(("language", "words"), [("en", "A credit of 1"), ("fr", "Un crédit de 1")])
def test_the_page_tells_them_in_the_readers_language(refused, client_as, monkeypatch, language, words):
    monkeypatch.setattr(counterfactual, "found_for", lambda *_: [told("A credit of 1", "Un crédit de 1")])
    browser = client_as("advisor")
    browser.cookies["django_language"] = language
    html = browser.get(reverse("case_counterfactuals", args=[refused.case.reference])).content.decode()
    (one,) = Elements(html).having("data-counterfactual")
    assert float(one["data-probability-then"]) == 0.05
    assert words in html


def test_no_realistic_change_is_said_when_that_is_the_truth(refused, client_as, monkeypatch):
    monkeypatch.setattr(counterfactual, "found_for", lambda *_: [])
    html = client_as("advisor").get(reverse("case_counterfactuals", args=[refused.case.reference]))
    assert "No realistic change was found" in html.content.decode()
    assert CounterfactualSearch.objects.get().counterfactuals == []


def test_a_case_with_nothing_editable_on_file_is_told_so(case_of, model_in_use, person):
    bare = dict.fromkeys(("AMT_GOODS_PRICE", "DAYS_EMPLOYED"))
    case = case_of("advisor", application={**bare, "AMT_CREDIT": 1_000.0, "AMT_ANNUITY": 100.0})
    object.__setattr__(engine.current(), "threshold", 1e-9)
    assessment = services.assess(case=case, by=person("advisor"))
    assert services.counterfactuals_of(assessment, by=person("advisor")) == []
