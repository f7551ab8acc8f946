"""What would the model say if the request were another one: an answer to think with, never an assessment."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Reason, Scenario
from creditdesk.services.prediction import Prediction, predict, reasons_of
from creditdesk.services.refusal import ActRefused
from scoring import engine
from scoring.ml.model.model import Model
from scoring.ml.whatif.request import Request, problems

# The same question by the same person within this time is the same answer: one row of the audit log.
SAME_QUESTION_SECONDS: Final = 15 * 60
MOST_SCENARIOS: Final = 12


@dataclass(frozen=True, slots=True)
class Simulation:
    """The model's answer to a changed request; `reasons` as an assessment would have worded them."""

    request: Request
    model: Model
    prediction: Prediction
    reasons: list[Reason]

    @property
    def changes(self) -> Mapping[str, Any]:
        return self.request.changes


def simulate(*, case: Case, request: Request, by: User) -> Simulation:
    """Ask the model in use about `request`; raises ModelUnavailable. Nothing is stored but the audit event:
    one for every different answer that somebody was shown, so a slider that moves leaves no trail of rows."""
    simulation = _simulation(case, request, by)
    if _is_new(case, simulation, by):
        with transaction.atomic():
            _record(Action.SIMULATION, case, by, simulation)
    return simulation


def save_scenario(*, case: Case, request: Request, name: str, by: User) -> Scenario:
    """Ask again and keep the answer under a name. Raises ActRefused, ModelUnavailable."""
    simulation = _simulation(case, request, by)
    if case.scenarios.filter(by=by).count() >= MOST_SCENARIOS:
        raise ActRefused(gettext("You have twelve scenarios of this case: delete one first."))
    try:
        with transaction.atomic():
            scenario = _store(case, simulation, name, by)
            _record(Action.SCENARIO_SAVED, case, by, simulation, scenario=scenario.pk)
    except IntegrityError as error:
        raise ActRefused(gettext("You have a scenario of this name: choose another.")) from error
    return scenario


@transaction.atomic
def delete_scenario(*, scenario: Scenario, by: User) -> None:
    """Throw one's own working paper away; the audit log remembers that it was there."""
    if scenario.by_id != by.pk:
        raise PermissionDenied
    details = {"scenario": scenario.pk, "verdict": scenario.verdict}
    audit.record(action=Action.SCENARIO_DELETED, actor=by, target=scenario.case.reference, details=details)
    scenario.delete()


def _simulation(case: Case, request: Request, by: User) -> Simulation:
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    if found := problems(request):
        raise ValueError(f"the request makes no sense: {found[0].words.en}")
    model = engine.current()
    prediction = predict(model, {**request.record, **request.changes})
    reasons = reasons_of(model, prediction, case.profile.history_rows)
    return Simulation(request, model, prediction, reasons)


def _store(case: Case, simulation: Simulation, name: str, by: User) -> Scenario:
    return Scenario.objects.create(
        case=case,
        name=name,
        entered=dict(simulation.request.asked),
        changes=dict(simulation.changes),
        probability=simulation.prediction.probability,
        threshold=simulation.model.threshold,
        verdict=simulation.prediction.verdict,
        model_version=simulation.model.version,
        model_digest=simulation.model.digest,
        profile_digest=case.profile.digest,
        by=by,
    )


def _record(action: Action, case: Case, by: User, simulation: Simulation, **more: Any) -> None:
    """The fields that were changed, not their values: the chain holds nothing personal."""
    details = {
        "fields": sorted(simulation.request.asked),
        "verdict": simulation.prediction.verdict,
        "probability": simulation.prediction.probability,
        "model_version": simulation.model.version,
        **more,
    }
    audit.record(action=action, actor=by, target=case.reference, details=details)


def _is_new(case: Case, simulation: Simulation, by: User) -> bool:
    question = [case.profile.digest, simulation.model.digest, simulation.changes]
    digest = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
    return cache.add(f"simulated:{by.pk}:{case.pk}:{digest}", True, SAME_QUESTION_SECONDS)
