"""What would change a refusal, found once for an assessment and kept as it was told."""

from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from numpy.typing import NDArray

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, CounterfactualSearch
from creditdesk.reasons.counterfactual_phrases import sentences
from creditdesk.services.prediction import Prediction, predict
from scoring import engine
from scoring.ml.features.spec.formula import Columns
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict
from scoring.ml.whatif.counterfactuals import MARGIN, Counterfactual, search


def counterfactuals_of(assessment: Assessment, *, by: User | None = None) -> list[dict[str, Any]] | None:
    """What would have changed this refusal, at most three, sparsest and nearest first.

    Each has changes {raw column: [from, to]}, probability, text_en and text_fr, and was put to the model
    through the same door as the assessment. An empty list: no realistic change was found. None: not searched,
    because it is no refusal, or nobody who may assess (`by`) asked while its model was in use.
    """
    stored = CounterfactualSearch.objects.filter(assessment=assessment).first()
    if stored is None and by is not None and by.has_perm("creditdesk.assess_case"):
        stored = _search(assessment, by)
    return None if stored is None else list(stored.counterfactuals)


def _search(assessment: Assessment, by: User) -> CounterfactualSearch | None:
    if assessment.verdict != Assessment.Verdict.REFUSE:
        return None
    try:
        model = engine.current()
    except ModelUnavailable:
        return None
    if model.digest != assessment.model_digest:
        return None
    record = {**assessment.inputs["application"], **assessment.inputs["history"]}
    return _store(assessment, found_for(model, record), by)


def found_for(model: Model, record: dict[str, Any]) -> list[dict[str, Any]]:
    """The search, and every finding put to the model once more as the profile of a client of its own."""

    def probability(columns: Columns) -> NDArray[np.float64]:
        return model.score(model.matrix(columns)).probability

    found = search(record, probability, model.threshold)
    answers = [(one, predict(model, {**record, **one.changes})) for one in found]
    return [_told(record, one, answer) for one, answer in answers if _is_across(answer, model.threshold)]


def _is_across(prediction: Prediction, threshold: float) -> bool:
    return prediction.verdict == Verdict.ACCEPT and prediction.probability <= threshold * (1 - MARGIN)


def _told(record: dict[str, Any], found: Counterfactual, prediction: Prediction) -> dict[str, Any]:
    return {
        "changes": {name: [record[name], value] for name, value in found.changes.items()},
        "asked": dict(found.asked),
        "probability": prediction.probability,
        **sentences(record, found),
    }


def _store(assessment: Assessment, found: list[dict[str, Any]], by: User) -> CounterfactualSearch:
    """Two people may ask at once: the first answer stays."""
    try:
        with transaction.atomic():
            stored = CounterfactualSearch.objects.create(assessment=assessment, counterfactuals=found, by=by)
            target = assessment.case.reference if assessment.case else ""
            details = {"assessment": assessment.pk, "found": len(found)}
            audit.record(action=Action.COUNTERFACTUALS, actor=by, target=target, details=details)
    except IntegrityError:
        return CounterfactualSearch.objects.get(assessment=assessment)
    return stored
