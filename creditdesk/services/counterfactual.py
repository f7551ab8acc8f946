"""Counterfactuals of a refusal, searched once for an assessment and stored as shown."""

import numpy as np
from django.db import IntegrityError, transaction
from numpy.typing import NDArray

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, CounterfactualSearch, ShownCounterfactual
from creditdesk.reasons.counterfactual_phrases import sentences
from creditdesk.services.prediction import Prediction, predict
from creditdesk.services.refusal import check_scope
from scoring import engine
from scoring.ml.features.frames import Record
from scoring.ml.features.spec.formula import Columns
from scoring.ml.model.affordability import Affordability
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Verdict
from scoring.ml.whatif.counterfactuals import MARGIN, Counterfactual, search
from scoring.models import Policy
from scoring.policies import thresholds_of


def counterfactuals_of(
    assessment: Assessment, *, by: User | None = None
) -> tuple[ShownCounterfactual, ...] | None:
    """The changes that would have turned this refusal, at most three, sparsest and nearest first.

    Empty: no realistic change was found. None: not searched, because the verdict is no refusal, or because
    nobody who may assess (`by`) has opened it while its model was in use.
    """
    stored = CounterfactualSearch.objects.filter(assessment=assessment).first()
    if stored is None and by is not None and by.has_perm("creditdesk.assess_case"):
        check_scope([assessment.case_id], by)
        stored = _search(assessment, by)
    return None if stored is None else stored.shown


def confirmed_counterfactuals(
    model: Model, record: Record, policy: Policy | None, budget: Affordability | None
) -> list[ShownCounterfactual]:
    """Search for what this policy accepts, and predict each of it again as a profile of its own.

    `budget` is the one that the refusal was judged with, under the rule of its policy.
    """

    def probability(columns: Columns) -> NDArray[np.float64]:
        return model.score(model.matrix(columns)).probability

    accept_below = thresholds_of(model, policy).accept_below
    candidates = search(record, probability, accept_below, budget.allows if budget else None)
    predictions = [predict(model, {**record, **candidate.changes}, policy) for candidate in candidates]
    return [
        _shown(record, candidate, prediction)
        for candidate, prediction in zip(candidates, predictions, strict=True)
        if _is_accepted(prediction, accept_below)
    ]


def _search(assessment: Assessment, by: User) -> CounterfactualSearch | None:
    if assessment.verdict != Assessment.Verdict.REFUSE:
        return None
    try:
        model = engine.current()
    except ModelUnavailable:
        return None
    if model.digest != assessment.model_digest:
        return None
    confirmed = confirmed_counterfactuals(model, assessment.record, assessment.policy, assessment.budget)
    return _store(assessment, confirmed, by)


def _is_accepted(prediction: Prediction, accept_below: float) -> bool:
    return prediction.verdict == Verdict.ACCEPT and prediction.probability <= accept_below * (1 - MARGIN)


def _shown(record: Record, counterfactual: Counterfactual, prediction: Prediction) -> ShownCounterfactual:
    return ShownCounterfactual(
        changes={name: (record[name], value) for name, value in counterfactual.changes.items()},
        entered=dict(counterfactual.entered),
        probability=prediction.probability,
        **sentences(record, counterfactual),
    )


def _store(
    assessment: Assessment, counterfactuals: list[ShownCounterfactual], by: User
) -> CounterfactualSearch:
    """Of two searches at once the first one stays."""
    try:
        with transaction.atomic():
            stored = CounterfactualSearch.objects.create(
                assessment=assessment,
                counterfactuals=[counterfactual.to_json() for counterfactual in counterfactuals],
                by=by,
            )
            target = assessment.case.reference if assessment.case else ""
            details = {"assessment": assessment.pk, "found": len(counterfactuals)}
            audit.record(action=Action.COUNTERFACTUALS, actor=by, target=target, details=details)
    except IntegrityError:
        return CounterfactualSearch.objects.get(assessment=assessment)
    return stored
