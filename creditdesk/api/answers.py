"""What a program is told of an assessment."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import get_language
from pydantic import BaseModel, Field

from creditdesk import wording
from creditdesk.models import Assessment
from scoring import engine
from scoring.ml.features import catalogue

Tell = Callable[[Assessment, str | None], dict[str, Any]]
"""What is told of an assessment under the reference that the caller knows it by."""


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
    if not assessment.contributions:
        return _with(prediction(assessment, reference), assessment, [])
    told = _told(assessment.model_digest, get_language() or "")
    values = told.values_of(assessment)
    contributions = [
        {"feature": told.names[i], "label": told.labels[i], "value": values[i], "contribution": added}
        for i, added in _largest_first(assessment)
    ]
    return _with(prediction(assessment, reference), assessment, contributions)


def brief_explanation(assessment: Assessment, reference: str | None) -> dict[str, Any]:
    """For one of a thousand: no labels, no values."""
    names = engine.features_of(assessment.model_digest) if assessment.contributions else ()
    contributions = {names[i]: added for i, added in _largest_first(assessment)}
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


def _largest_first(assessment: Assessment) -> Iterator[tuple[int, float]]:
    """The position of every feature with its contribution."""
    contributions = np.frombuffer(assessment.contributions, dtype="<f8")
    order = np.argsort(-np.abs(contributions), kind="stable")
    return zip(order.tolist(), contributions[order].tolist(), strict=True)


class Told(NamedTuple):
    """The features of a version, in its order, in one language; `categories` by position."""

    names: list[str]
    labels: list[str]
    categories: dict[int, list[str]]

    def values_of(self, assessment: Assessment) -> list[float | str | None]:
        """Categories as they were sent. What is missing stays NaN, which JSON is told as null."""
        values: list[Any] = np.frombuffer(assessment.features, dtype="<f8").tolist()
        for position, words in self.categories.items():
            code = values[position]
            values[position] = words[int(code)] if code == code else None
        return values


@lru_cache(maxsize=16)
def _told(digest: str, _language: str) -> Told:
    features = [catalogue.BY_NAME[name] for name in engine.features_of(digest)]
    return Told(
        [feature.name for feature in features],
        [wording.told(feature.label) for feature in features],
        {i: list(feature.categories) for i, feature in enumerate(features) if feature.categories},
    )
