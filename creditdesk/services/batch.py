"""Many applications assessed at once: one pass through the model, one transaction, one audit event."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import numpy as np
from django.core.exceptions import PermissionDenied
from django.db import transaction
from numpy.typing import NDArray

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, Case, Profile
from creditdesk.monitoring import counters, shadow_scoring
from creditdesk.reasons import reasons_for
from creditdesk.services.assessment import assessment_of, scored
from scoring import engine
from scoring.ml.features.frames import columns_of
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Contributions, Model
from scoring.ml.model.verdict import missing_inputs, verdicts

# Contributions take most of the time and leave Python free: two cores share them.
THREADS: Final = 2
ROWS_AT_ONCE: Final = 50


class Appraised(NamedTuple):
    """What the model in use says of a profile; `told` are columns of an assessment."""

    case: Case | None
    profile: Profile
    told: dict[str, Any]


def appraise_many(asked: Sequence[tuple[Case | None, Profile]], *, contributions: bool) -> list[Appraised]:
    """In the order asked. Without contributions there are no reasons either, and it takes a fraction of the
    time; a replay checks such an assessment as any other."""
    if not asked:
        return []
    try:
        told = _told(engine.current(), [profile for _, profile in asked], contributions)
    except ModelUnavailable as error:
        told = [{"verdict": Assessment.Verdict.REFER, "refer_reason": str(error)} for _ in asked]
    return [Appraised(*pair, one) for pair, one in zip(asked, told, strict=True)]


@transaction.atomic
def keep_many(
    *, appraised: Sequence[Appraised], standing: Sequence[Assessment], by: User, through: str
) -> list[Assessment]:
    """Store the appraisals; `standing` are the assessments that the same question was answered with.

    One without contributions does not become its case's newest: the page of the case could not explain it.
    """
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    added = Assessment.objects.bulk_create(
        [assessment_of(one.case, one.profile, one.told, by) for one in appraised], batch_size=100
    )
    _put_on_cases([one for one in added if one.case_id and one.contributions])
    audit.record(
        action=Action.API_BATCH,
        actor=by,
        details={
            "api_key": through,
            "assessments": [one.pk for one in added],
            "told_again": [one.pk for one in standing],
        },
    )
    for one in added:
        counters.count(one)
    shadow_scoring.watch(added)
    return added


def _put_on_cases(assessments: Sequence[Assessment]) -> None:
    cases = {one.case_id: one for one in assessments}
    known = list(Case.objects.filter(pk__in=cases).only("pk"))
    for case in known:
        case.latest_assessment = cases[case.pk]
    Case.objects.bulk_update(known, ["latest_assessment"], batch_size=200)


def _told(model: Model, profiles: Sequence[Profile], contributions: bool) -> list[dict[str, Any]]:
    columns = columns_of([profile.record for profile in profiles])
    matrix = model.matrix(columns)
    probabilities = model.score(matrix).probability
    missing = missing_inputs(columns)
    found = verdicts(probabilities, model.threshold, missing)
    told = [scored(model, *row) for row in zip(matrix, probabilities.tolist(), found, missing, strict=True)]
    if contributions:
        parts = contributions_of(model, matrix)
        for i, one in enumerate(told):
            one |= _explained(model, profiles[i], matrix[i], one, parts.values[i], float(parts.base[i]))
    return told


def contributions_of(model: Model, matrix: NDArray[np.float64]) -> Contributions:
    """The same numbers as in one pass, row by row, on two cores."""
    blocks = [matrix[start : start + ROWS_AT_ONCE] for start in range(0, len(matrix), ROWS_AT_ONCE)]
    with ThreadPoolExecutor(THREADS) as threads:
        parts = list(threads.map(model.contributions, blocks))
    return Contributions(
        values=np.concatenate([part.values for part in parts]),
        base=np.concatenate([part.base for part in parts]),
    )


def _explained(
    model: Model,
    profile: Profile,
    features: NDArray[np.float64],
    told: dict[str, Any],
    contributions: NDArray[np.float64],
    base_value: float,
) -> dict[str, Any]:
    return {
        "contributions": contributions.astype("<f8").tobytes(),
        "base_value": base_value,
        "reasons": [
            reason.to_json()
            for reason in reasons_for(
                model,
                values=features,
                contributions=contributions,
                verdict=told["verdict"],
                missing=told["missing"],
                history_rows=profile.history_rows,
            )
        ],
    }
