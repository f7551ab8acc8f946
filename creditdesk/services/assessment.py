"""Ask the model about a case and keep the answer."""

from typing import Any, NamedTuple

import numpy as np
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit, request_id
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, Case, Profile
from creditdesk.monitoring import counters, shadow_scoring
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


def standing_assessment(case: Case, *, digest: str | None = None) -> Assessment | None:
    """The newest assessment while it still holds: same model in use, same profile. `digest` is that of the
    model in use, for who has asked already."""
    latest = case.latest_assessment
    return latest if latest and still_holds(latest, case.profile.digest, digest) else None


def still_holds(assessment: Assessment, profile: str, digest: str | None = None) -> bool:
    """Whether it is of this profile, by its digest, and of the model in use."""
    if assessment.profile_digest != profile:
        return False
    return assessment.model_digest == (digest_in_use() if digest is None else digest)


def assess(*, case: Case, by: User) -> Assessment:
    """Store what the model in use says of the case; without a usable model the verdict is refer."""
    return keep(case=case, profile=case.profile, told=appraise(case.profile), by=by)


def appraise(profile: Profile) -> dict[str, Any]:
    """What the model in use says of a profile, as columns of an assessment; refer without a usable model."""
    try:
        return _told(engine.current(), profile)
    except ModelUnavailable as error:
        return {"verdict": Assessment.Verdict.REFER, "refer_reason": str(error)}


@transaction.atomic
def keep(
    *, case: Case | None, profile: Profile, told: dict[str, Any], by: User, through: str = ""
) -> Assessment:
    """Store an appraisal with its audit event. Without a case, it is of an application that was sent along;
    `through` names the API key that asked."""
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    assessment = assessment_of(case, profile, told, by)
    assessment.save()
    if case:
        Case.objects.filter(pk=case.pk).update(latest_assessment=assessment)
        case.latest_assessment = assessment
    audit.record(
        action=Action.ASSESSMENT,
        actor=by,
        target=case.reference if case else "",
        details={
            "assessment": assessment.pk,
            "verdict": assessment.verdict,
            "probability": assessment.probability,
            "model_version": assessment.model_version,
            **({"api_key": through} if through else {}),
        },
    )
    counters.count(assessment)
    shadow_scoring.watch([assessment])
    return assessment


def assessment_of(case: Case | None, profile: Profile, told: dict[str, Any], by: User) -> Assessment:
    """The row of an appraisal, not yet stored."""
    inputs = {name: getattr(profile, name) for name in ("application", "history", "history_rows")}
    return Assessment(
        case=case,
        profile_digest=profile.digest,
        inputs=inputs,
        assessed_by=by,
        request_id=request_id.current(),
        **told,
    )


def digest_in_use() -> str:
    """Of the model that answers; empty when none does."""
    try:
        return engine.current().digest
    except ModelUnavailable:
        return ""


def _told(model: Model, profile: Profile) -> dict[str, Any]:
    answer = ask(model, profile.record)
    return {
        **scored(model, answer.features, answer.probability, answer.verdict, answer.missing),
        "contributions": answer.contributions.astype("<f8").tobytes(),
        "base_value": answer.base_value,
        "reasons": [
            reason.to_json()
            for reason in reasons_for(
                model,
                values=answer.features,
                contributions=answer.contributions,
                verdict=answer.verdict,
                missing=answer.missing,
                history_rows=profile.history_rows,
            )
        ],
    }


def scored(
    model: Model,
    features: np.ndarray[Any, np.dtype[np.float64]],
    probability: float,
    verdict: str,
    missing: tuple[str, ...],
) -> dict[str, Any]:
    """The columns of an assessment that need no contributions."""
    return {
        "model_version": model.version,
        "model_digest": model.digest,
        "features": features.astype("<f8").tobytes(),
        "probability": probability,
        "threshold": model.threshold,
        "verdict": verdict,
        "missing": list(missing),
        "refer_reason": f"missing: {', '.join(missing)}" if missing else "",
    }
