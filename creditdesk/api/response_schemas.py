"""Response bodies of the API: their schemas, and an assessment rendered as one of them."""

from collections.abc import Callable
from typing import Any, Never, NotRequired, TypedDict

import orjson
from pydantic import BaseModel, Field

from creditdesk.api.contributions_json import contributions_by_feature, labelled_contributions
from creditdesk.models import Assessment
from scoring.presentation import formatting


class Affordability(BaseModel):
    rule: str
    outcome: str = Field(description="met, not_met, or missing: not everything is known.")
    missing: list[str] = Field(description="What is not known: charges, income, instalment, members.")
    debt_ratio: float | None = Field(description="Share of the income that instalments and charges take.")
    max_debt_ratio: float
    left_per_member: float | None = Field(description="By month, in the unit of the tables.")
    min_left_per_member: float
    grounds: list[str] = Field(description="Each limit that is not kept: debt_ratio, left_to_live_on.")


class Prediction(BaseModel):
    reference: str | None = Field(description="Of the stored case, or the SK_ID_CURR that was sent along.")
    probability: float | None = Field(description="Of default, calibrated; null when no model could answer.")
    threshold: float | None = Field(description="At or above it the verdict is refuse.")
    verdict: str = Field(description="accept, refuse, or refer: a person must look first.")
    model_version: str
    assessment_id: int = Field(description="The stored evidence of this answer.")
    missing: list[str] = Field(
        description="Inputs to be completed before anything is recommended, the most important first."
    )
    client_cases: list[str] | None = Field(
        default=None,
        description="Where client_key was sent: the cases of this client that the caller may see.",
    )
    affordability: Affordability | None = Field(
        default=None, description="Only where the policy has a rule of affordability, else left out."
    )


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
    threshold: float = Field(description="At or above it the verdict is refuse.")
    accept_below: float = Field(description="Below it the verdict is accept; up to the threshold, refer.")
    policy: int | None = Field(description="The policy in force; null: the threshold of the version.")
    is_demo: bool
    metrics: dict[str, Any]


Contributions = orjson.Fragment | list[Never] | dict[str, float]
"""Encoded already, none without a model, or by feature."""


class ReasonBody(TypedDict):
    code: str
    text: str
    contribution: float


class AffordabilityBody(TypedDict):
    rule: str
    outcome: str
    missing: list[str]
    debt_ratio: float | None
    max_debt_ratio: float
    left_per_member: float | None
    min_left_per_member: float
    grounds: list[str]


class PredictionBody(TypedDict):
    """A response as it is encoded; `Prediction` describes it."""

    reference: str | None
    probability: float | None
    threshold: float | None
    verdict: str
    model_version: str
    assessment_id: int
    missing: list[str]
    affordability: NotRequired[AffordabilityBody]


class ExplanationBody(PredictionBody):
    base_value: float | None
    contributions: Contributions
    reasons: list[ReasonBody]


Render = Callable[[Assessment, str | None], PredictionBody]
"""Render an assessment under the reference that the caller knows it by."""


def prediction(assessment: Assessment, reference: str | None) -> PredictionBody:
    body: PredictionBody = {
        "reference": reference,
        "probability": assessment.probability,
        "threshold": assessment.threshold,
        "verdict": assessment.verdict,
        "model_version": assessment.model_version,
        "assessment_id": assessment.pk,
        "missing": assessment.missing,
    }
    if judged := assessment.budget:
        body["affordability"] = {
            "rule": judged.rule,
            "outcome": judged.outcome.value,
            "missing": list(judged.missing),
            "debt_ratio": judged.debt_ratio,
            "max_debt_ratio": judged.max_debt_ratio,
            "left_per_member": judged.left_per_member,
            "min_left_per_member": judged.min_left_per_member,
            "grounds": list(judged.grounds),
        }
    return body


def explanation(assessment: Assessment, reference: str | None) -> ExplanationBody:
    """The prediction with every feature's label, value and contribution; none without a model."""
    if not assessment.contributions:
        return _explained(assessment, reference, [])
    return _explained(assessment, reference, labelled_contributions(assessment))


def brief_explanation(assessment: Assessment, reference: str | None) -> ExplanationBody:
    """The explanation of a batch item: contributions by feature, without labels and values."""
    if not assessment.contributions:
        return _explained(assessment, reference, {})
    return _explained(assessment, reference, contributions_by_feature(assessment))


def _explained(
    assessment: Assessment,
    reference: str | None,
    contributions: Contributions,
) -> ExplanationBody:
    language = "fr" if formatting.reads_french() else "en"
    reasons: list[ReasonBody] = [
        {"code": reason.code, "text": reason.text(language), "contribution": reason.contribution}
        for reason in assessment.shown_reasons
    ]
    return {
        **prediction(assessment, reference),
        "base_value": assessment.base_value,
        "contributions": contributions,
        "reasons": reasons,
    }
