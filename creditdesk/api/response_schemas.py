"""What a program is told of an assessment."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from django.utils.text import capfirst
from django.utils.translation import get_language
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from creditdesk.models import Assessment
from scoring import engine
from scoring.ml.features import catalogue
from scoring.ml.features.spec.feature import Feature
from scoring.presentation import formatting

CLOSING: Final = b"},"
CONTRIBUTION: Final = b',"contribution":'

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
    return _with(prediction(assessment, reference), assessment, told.contributions_of(assessment))


def brief_explanation(assessment: Assessment, reference: str | None) -> dict[str, Any]:
    """For one of a thousand: no labels, no values."""
    if not assessment.contributions:
        return _with(prediction(assessment, reference), assessment, {})
    names = engine.features_of(assessment.model_digest)
    order, added = _largest_first(assessment)
    contributions = dict(zip((names[i] for i in order), added.tolist(), strict=True))
    return _with(prediction(assessment, reference), assessment, contributions)


def _with(told: dict[str, Any], assessment: Assessment, contributions: object) -> dict[str, Any]:
    language = "fr" if formatting.reads_french() else "en"
    reasons = [
        {"code": reason.code, "text": reason.text(language), "contribution": reason.contribution}
        for reason in assessment.shown_reasons
    ]
    return {
        **told,
        "base_value": assessment.base_value,
        "contributions": contributions,
        "reasons": reasons,
    }


def _largest_first(assessment: Assessment) -> tuple[list[int], NDArray[np.float64]]:
    """The position of every feature, and its contribution."""
    contributions = np.frombuffer(assessment.contributions, dtype="<f8")
    order = np.argsort(-np.abs(contributions), kind="stable")
    return order.tolist(), contributions[order]


class Told(NamedTuple):
    """The features of a version, in its order, in one language, as they stand in JSON; `categories` by
    position. To write them once, and no dict for each, takes a quarter off the telling."""

    openings: list[bytes]
    categories: dict[int, list[bytes]]

    def contributions_of(self, assessment: Assessment) -> orjson.Fragment:
        """The largest first; each in four parts: opening, value, CONTRIBUTION, number."""
        order, contributions = _largest_first(assessment)
        values, parts = self._values_of(assessment), [CONTRIBUTION] * (4 * len(order))
        parts[0::4] = [self.openings[i] for i in order]
        parts[1::4] = [values[i] for i in order]
        parts[3::4] = _numbers(contributions)
        return orjson.Fragment(b"[" + b"".join(parts)[len(CLOSING) :] + b"}]")

    def _values_of(self, assessment: Assessment) -> list[bytes]:
        """Categories as they were sent; what is missing is null."""
        features = np.frombuffer(assessment.features, dtype="<f8")
        values = _numbers(features)
        for position, words in self.categories.items():
            if not np.isnan(features[position]):
                values[position] = words[int(features[position])]
        return values


def _numbers(values: NDArray[np.float64]) -> list[bytes]:
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


@lru_cache(maxsize=16)
def _told(digest: str, _language: str) -> Told:
    features = [catalogue.BY_NAME[name] for name in engine.features_of(digest)]
    return Told(
        [_opening(feature) for feature in features],
        {i: list(map(orjson.dumps, one.categories)) for i, one in enumerate(features) if one.categories},
    )


def _opening(feature: Feature) -> bytes:
    head = orjson.dumps({"feature": feature.name, "label": capfirst(formatting.localize(feature.label))})
    return CLOSING + head[:-1] + b',"value":'
