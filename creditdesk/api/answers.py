"""What a program is told of an assessment."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import get_language
from pydantic import BaseModel, Field

from creditdesk import wording
from creditdesk.models import Assessment
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.feature import Feature


class Prediction(BaseModel):
    reference: str | None = Field(description="Of the stored case, or the SK_ID_CURR that was sent along.")
    probability: float | None = Field(description="Of default, calibrated; null when no model could answer.")
    threshold: float | None = Field(description="At or above it the verdict is refuse.")
    verdict: str = Field(description="accept, refuse, or refer: a person must look first.")
    model_version: str
    assessment_id: int = Field(description="The stored evidence of this answer.")
    missing: list[str] = Field(description="Critical inputs that are missing; with any of them, refer.")


class FeatureContribution(BaseModel):
    feature: str
    label: str = Field(description="In the language of Accept-Language, English or French.")
    value: float | str | None
    contribution: float = Field(description="Log-odds before calibration.")


class Reason(BaseModel):
    code: str
    text: str
    contribution: float


class Explanation(Prediction):
    base_value: float | None
    contributions: list[FeatureContribution] = Field(
        description="base_value + the sum of all contributions is the log-odds before calibration."
    )
    reasons: list[Reason] = Field(description="Most important first.")


class ItemProblem(BaseModel):
    index: int
    problem: dict[str, Any]


class ItemAnswer(Prediction):
    index: int
    base_value: float | None = Field(default=None, description="With contributions only, as what follows.")
    contributions: dict[str, float] | None = Field(default=None, description="By feature, the largest first.")
    reasons: list[Reason] | None = None


class BatchAnswer(BaseModel):
    answered: int
    failed: int
    items: list[ItemAnswer | ItemProblem] = Field(description="In the order sent, each with its index.")


class ModelInUse(BaseModel):
    version: str
    digest: str = Field(description="SHA-256 of model.json, which holds those of all its files.")
    trained_at: str
    threshold: float
    is_demo: bool
    metrics: dict[str, Any]


def prediction(assessment: Assessment, reference: str | None) -> dict[str, Any]:
    return {
        "reference": reference,
        "probability": assessment.probability,
        "threshold": assessment.threshold,
        "verdict": assessment.verdict,
        "model_version": assessment.model_version,
        "assessment_id": assessment.pk,
        "missing": assessment.missing,
    }


def explanation(assessment: Assessment, reference: str | None) -> dict[str, Any]:
    """The prediction with what led to it; without a model there is nothing that did."""
    contributions = [
        {"feature": feature.name, "label": label, "value": _value(feature, value), "contribution": added}
        for feature, label, value, added in _explained(assessment)
    ]
    return _with(prediction(assessment, reference), assessment, contributions)


def brief_explanation(assessment: Assessment, reference: str | None) -> dict[str, Any]:
    """For one of a thousand: no labels, no values."""
    contributions = {feature.name: added for feature, _, _, added in _explained(assessment)}
    return _with(prediction(assessment, reference), assessment, contributions)


def _with(told: dict[str, Any], assessment: Assessment, contributions: object) -> dict[str, Any]:
    text = "text_fr" if wording.reads_french() else "text_en"
    reasons = [
        {"code": one["code"], "text": one[text], "contribution": one["contribution"]}
        for one in assessment.reasons
    ]
    return {
        **told,
        "base_value": assessment.base_value,
        "contributions": contributions,
        "reasons": reasons,
    }


def _explained(assessment: Assessment) -> Iterator[tuple[Feature, str, float, float]]:
    """Every feature with its label, value and contribution, the largest contribution first."""
    if not assessment.contributions:
        return
    contributions = np.frombuffer(assessment.contributions, dtype="<f8")
    order = np.argsort(-np.abs(contributions), kind="stable")
    told = _told(assessment.model_digest, get_language() or "")
    values = np.frombuffer(assessment.features, dtype="<f8")[order].tolist()
    for i, value, added in zip(order.tolist(), values, contributions[order].tolist(), strict=True):
        yield *told[i], value, added


@lru_cache(maxsize=16)
def _told(digest: str, _language: str) -> Sequence[tuple[Feature, str]]:
    """The features of a version in its order, with their labels in the language in force."""
    features = (catalogue.BY_NAME[name] for name in engine.features_of(digest))
    return [(feature, wording.told(feature.label)) for feature in features]


def _value(feature: Feature, value: float) -> float | str | None:
    # NaN is the one value that differs from itself.
    if value != value:
        return None
    return list(feature.categories)[int(value)] if feature.categories else value
