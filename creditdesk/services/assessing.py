"""Ask the model about a case and keep the answer."""

from typing import Any, NamedTuple

import numpy as np
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit, request_id
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, Case, Profile
from creditdesk.observing import metrics
from creditdesk.reasons import reasons_for
from scoring import engine
from scoring.ml.features.frames import columns_of
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import missing_inputs, verdicts


class Answer(NamedTuple):
    """What one model says about one profile: the numbers of an assessment, before they are stored."""

    probability: float
    base_value: float
    features: np.ndarray[Any, np.dtype[np.float64]]
    contributions: np.ndarray[Any, np.dtype[np.float64]]
    verdict: str
    missing: tuple[str, ...]


def ask(model: Model, record: dict[str, Any]) -> Answer:
    """The same door for the page, the form, the API and a replay."""
    columns = columns_of([record])
    matrix = model.matrix(columns)
    scores = model.score(matrix)
    parts = model.contributions(matrix)
    missing = missing_inputs(columns)
    (verdict,) = verdicts(scores.probability, model.threshold, missing)
    return Answer(
        float(scores.probability[0]), float(parts.base[0]), matrix[0], parts.values[0], verdict, missing[0]
    )


def standing_assessment(case: Case) -> Assessment | None:
    """The newest assessment while it still holds: same model in use, same profile."""
    latest = case.latest_assessment
    if latest is None or latest.profile_digest != case.profile.digest:
        return None
    return latest if latest.model_digest == _digest_in_use() else None


def assess(*, case: Case, by: User) -> Assessment:
    """Store what the model in use says of the case; without a usable model the verdict is refer."""
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    profile = case.profile
    try:
        told = _told(engine.current(), profile)
    except ModelUnavailable as error:
        told = {"verdict": Assessment.Verdict.REFER, "refer_reason": str(error)}
    return _store(case, profile, told, by)


def _digest_in_use() -> str:
    try:
        return engine.current().digest
    except ModelUnavailable:
        return ""


def _told(model: Model, profile: Profile) -> dict[str, Any]:
    answer = ask(model, profile.record)
    return {
        "model_version": model.version,
        "model_digest": model.digest,
        "features": answer.features.astype("<f8").tobytes(),
        "contributions": answer.contributions.astype("<f8").tobytes(),
        "base_value": answer.base_value,
        "probability": answer.probability,
        "threshold": model.threshold,
        "verdict": answer.verdict,
        "missing": list(answer.missing),
        "refer_reason": f"missing: {', '.join(answer.missing)}" if answer.missing else "",
        "reasons": reasons_for(
            model,
            values=answer.features,
            contributions=answer.contributions,
            verdict=answer.verdict,
            missing=answer.missing,
            history_rows=profile.history_rows,
        ),
    }


@transaction.atomic
def _store(case: Case, profile: Profile, told: dict[str, Any], by: User) -> Assessment:
    assessment = Assessment.objects.create(
        case=case,
        profile_digest=profile.digest,
        inputs={
            "application": profile.application,
            "history": profile.history,
            "history_rows": profile.history_rows,
        },
        assessed_by=by,
        request_id=request_id.current(),
        **told,
    )
    Case.objects.filter(pk=case.pk).update(latest_assessment=assessment)
    case.latest_assessment = assessment
    audit.record(
        action=Action.ASSESSMENT,
        actor=by,
        target=case.reference,
        details={
            "assessment": assessment.pk,
            "verdict": assessment.verdict,
            "probability": assessment.probability,
            "model_version": assessment.model_version,
        },
    )
    metrics.count(assessment)
    return assessment
