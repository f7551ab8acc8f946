"""Predictions and explanations, and the evidence stored for them, read back from the database."""

import math

import numpy as np
import pytest
from django.utils.text import capfirst

from accounts.models import AuditEvent
from creditdesk.api import examples
from creditdesk.models import Assessment
from scoring import engine
from scoring.ml.features.spec.feature import Feature

pytestmark = pytest.mark.django_db

PREDICTION_FIELDS = {
    "reference",
    "probability",
    "threshold",
    "verdict",
    "model_version",
    "assessment_id",
    "missing",
}


def test_a_stored_case_is_assessed_and_the_answer_is_its_evidence(api_client, case_of):
    case = case_of("advisor")
    answer = api_client().post("predict", {"reference": case.reference}).json()
    assessment = Assessment.objects.get(pk=answer["assessment_id"])
    assert answer.keys() == PREDICTION_FIELDS
    assert (assessment.case, assessment.assessed_by) == (case, case.advisor)
    assert (answer["probability"], answer["verdict"]) == (assessment.probability, assessment.verdict)
    assert (answer["reference"], answer["model_version"]) == (case.reference, "tiny-1")


def test_a_standing_assessment_is_answered_again_and_the_answer_is_recorded(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    first = api.post("predict", {"reference": case.reference}).json()
    again = api.post("explain", {"reference": case.reference}).json()
    assert again["assessment_id"] == first["assessment_id"]
    assert case.assessments.count() == 1
    event = AuditEvent.objects.get(action="api_answer")
    assert (event.target, event.actor) == (case.reference, "advisor")
    assert event.details["assessment"] == first["assessment_id"]
    assert event.details["api_key"] == api.key.prefix


def test_a_changed_profile_is_assessed_anew(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    first = api.post("predict", {"reference": case.reference}).json()
    type(case.profile).objects.filter(pk=case.pk).update(digest="f" * 64)
    second = api.post("predict", {"reference": case.reference}).json()
    assert second["assessment_id"] != first["assessment_id"]


def test_contributions_add_up_to_the_log_odds_before_calibration(api_client, case_of):
    answer = api_client().post("explain", {"reference": case_of("advisor").reference}).json()
    log_odds = answer["base_value"] + math.fsum(part["contribution"] for part in answer["contributions"])
    calibrated = engine.current().calibration.probability(np.array([log_odds]))
    assert answer["probability"] == pytest.approx(calibrated[0], abs=1e-12)
    sizes = [abs(part["contribution"]) for part in answer["contributions"]]
    assert sizes == sorted(sizes, reverse=True)


def test_an_explanation_has_every_feature_with_its_stored_value(api_client, case_of):
    answer = api_client().post("explain", {"reference": case_of("advisor").reference}).json()
    stored = Assessment.objects.get(pk=answer["assessment_id"]).feature_contributions()
    assert [row.feature.name for row in stored] == [part["feature"] for part in answer["contributions"]]
    for row, part in zip(stored, answer["contributions"], strict=True):
        assert part["value"] == as_sent(row.feature, row.value)
        assert (part["label"], part["contribution"]) == (capfirst(row.feature.label.en), row.contribution)
    kinds = {type(part["value"]) for part in answer["contributions"]}
    assert kinds == {float, str, type(None)}


def as_sent(feature: Feature, value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return list(feature.categories)[int(value)] if feature.categories else value


def test_reasons_and_labels_are_in_the_requested_language(api_client, case_of):
    case, api = case_of("advisor"), api_client()
    answers = {
        language: api.post("explain", {"reference": case.reference}, Accept_Language=language).json()
        for language in ("en", "fr")
    }
    assessment = Assessment.objects.get(pk=answers["en"]["assessment_id"])
    for language, answer in answers.items():
        texts = [reason.text(language) for reason in assessment.shown_reasons]
        assert [reason["text"] for reason in answer["reasons"]] == texts
    labels = {part["feature"]: part["label"] for part in answers["fr"]["contributions"]}
    assert labels["AMT_CREDIT"] == "Crédit demandé"


def test_an_application_in_the_request_leaves_an_assessment_without_a_case(api_client):
    answer = api_client().post("predict", {"application": examples.APPLICATION}).json()
    assessment = Assessment.objects.get(pk=answer["assessment_id"])
    assert assessment.case is None
    assert assessment.application["AMT_CREDIT"] == examples.APPLICATION["AMT_CREDIT"]
    assert answer["reference"] is None
    assert AuditEvent.objects.get(action="assessment").details["assessment"] == assessment.pk


def test_the_callers_own_number_is_the_reference_and_protected_columns_are_not_stored(api_client):
    application = {
        **examples.APPLICATION,
        "SK_ID_CURR": 424242,
        "CODE_GENDER": "F",
        "NAME_FAMILY_STATUS": "Widow",
    }
    api = api_client()
    answer = api.post("predict", {"application": application}).json()
    plain = api.post("predict", {"application": examples.APPLICATION}).json()
    inputs = Assessment.objects.get(pk=answer["assessment_id"]).application
    assert answer["reference"] == "424242"
    assert answer["probability"] == plain["probability"]
    assert not inputs.keys() & {"SK_ID_CURR", "CODE_GENDER", "NAME_FAMILY_STATUS"}


def test_a_missing_critical_input_is_named_and_the_verdict_is_refer(api_client):
    application = {name: value for name, value in examples.APPLICATION.items() if name != "AMT_ANNUITY"}
    answer = api_client().post("predict", {"application": application}).json()
    assert (answer["verdict"], answer["missing"]) == ("refer", ["AMT_ANNUITY"])
    assert answer["probability"] is not None


@pytest.mark.parametrize("path", ["predict", "explain"])
def test_without_a_model_the_verdict_is_refer_and_every_field_is_there(
    api_client, case_of, settings, tmp_path, monkeypatch, path
):
    api, case = api_client(), case_of("advisor")
    settings.ML_ARTIFACTS = tmp_path / "gone"
    monkeypatch.setattr(engine, "_champion", None)
    answer = api.post(path, {"reference": case.reference}).json()
    assert (answer["verdict"], answer["probability"]) == ("refer", None)
    assert answer.keys() >= PREDICTION_FIELDS


def test_the_model_in_use_is_described(api_client, model_in_use):
    answer = api_client().get("model").json()
    assert (answer["version"], answer["digest"]) == ("tiny-1", model_in_use.digest)
    assert answer["metrics"]["holdout"]["auc"]["value"] == 0.75


def test_answer_log_and_assessment_share_the_request_id(api_client, case_of):
    api, case = api_client(), case_of("advisor")
    for _ in range(2):
        response = api.post("predict", {"reference": case.reference}, X_Request_ID="branch-0001")
        assert response["X-Request-ID"] == "branch-0001"
    actions = AuditEvent.objects.filter(request_id="branch-0001").values_list("action", flat=True)
    assert sorted(actions) == ["api_answer", "assessment"]
    assert Assessment.objects.get().request_id == "branch-0001"


def test_answers_are_not_cached(api_client, case_of):
    response = api_client().post("predict", {"reference": case_of("advisor").reference})
    assert "no-store" in response["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in response
