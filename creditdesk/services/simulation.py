"""Simulate a changed request with the model in use: a working answer, never an assessment."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Reason, Scenario
from creditdesk.services.affordability import affordability_of
from creditdesk.services.prediction import Prediction, predict, reasons_of
from creditdesk.services.refusal import ActRefused, check_scope, refuse_when_blind
from scoring import engine, policies
from scoring.ml.features.frames import Value
from scoring.ml.model.affordability import Affordability, verdict_beside
from scoring.ml.model.model import Model
from scoring.ml.model.verdict import Thresholds
from scoring.ml.whatif.request import Request
from scoring.ml.whatif.rules import problems
from scoring.models import Policy

# The same request by the same person within this time adds no row to the audit log.
SAME_REQUEST_SECONDS: Final = 15 * 60
MAX_SCENARIOS: Final = 12


@dataclass(frozen=True, slots=True)
class Simulation:
    """A changed request with its prediction and the reasons that an assessment would show."""

    request: Request
    model: Model
    policy: Policy | None
    prediction: Prediction
    reasons: list[Reason]
    # The budget under the rule of the policy, with the changed request; None without a rule.
    affordability: Affordability | None

    @property
    def thresholds(self) -> Thresholds:
        return policies.thresholds_of(self.model, self.policy)

    @property
    def changes(self) -> Mapping[str, Value]:
        return self.request.changes


def simulate(*, case: Case, request: Request, by: User) -> Simulation:
    """Predict `request` with the model and the policy in use; raises ModelUnavailable.

    Only the audit event is stored, one for every different result that was shown, so that a moving slider
    does not fill the log.
    """
    simulation = _simulation(case, request, by)
    # Together: without its event, the result would not count as shown either.
    with transaction.atomic():
        if _is_new(case, simulation, by):
            _record(Action.SIMULATION, case, by, simulation)
    return simulation


def save_scenario(*, case: Case, request: Request, name: str, by: User) -> Scenario:
    """Simulate again and save the result under a name. Raises ActRefused, ModelUnavailable."""
    simulation = _simulation(case, request, by)
    if case.scenarios.filter(by=by).count() >= MAX_SCENARIOS:
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
    """Delete one's own scenario; the audit log keeps that it existed."""
    if scenario.by_id != by.pk:
        raise PermissionDenied
    details = {"scenario": scenario.pk, "verdict": scenario.verdict}
    audit.record(action=Action.SCENARIO_DELETED, actor=by, target=scenario.case.reference, details=details)
    scenario.delete()


def _simulation(case: Case, request: Request, by: User) -> Simulation:
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    check_scope([case.pk], by)
    refuse_when_blind(case, by)
    if invalid := problems(request):
        raise ValueError(f"the request makes no sense: {invalid[0].message.en}")
    model = engine.current()
    policy = policies.in_force()
    record = {**request.record, **request.changes}
    prediction = predict(model, record, policy)
    reasons = reasons_of(model, prediction, case.profile.history_rows)
    affordable = affordability_of(policy, case, record)
    prediction = prediction._replace(verdict=verdict_beside(prediction.verdict, affordable))
    return Simulation(request, model, policy, prediction, reasons, affordable)


def _store(case: Case, simulation: Simulation, name: str, by: User) -> Scenario:
    return Scenario.objects.create(
        case=case,
        name=name,
        entered=dict(simulation.request.entered),
        changes=dict(simulation.changes),
        probability=simulation.prediction.probability,
        threshold=simulation.thresholds.refuse_from,
        policy=simulation.policy,
        verdict=simulation.prediction.verdict,
        model_version=simulation.model.version,
        model_digest=simulation.model.digest,
        profile_digest=case.profile.digest,
        by=by,
    )


def _record(action: Action, case: Case, by: User, simulation: Simulation, **more: int) -> None:
    """Record the changed fields without their values: the chain holds nothing personal."""
    details = {
        "fields": sorted(simulation.request.entered),
        "verdict": simulation.prediction.verdict,
        "probability": simulation.prediction.probability,
        "model_version": simulation.model.version,
        **more,
    }
    audit.record(action=action, actor=by, target=case.reference, details=details)


def _is_new(case: Case, simulation: Simulation, by: User) -> bool:
    policy = simulation.policy.version if simulation.policy else None
    identity = [case.profile.digest, simulation.model.digest, policy, simulation.changes]
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return cache.add(f"simulated:{by.pk}:{case.pk}:{digest}", True, SAME_REQUEST_SECONDS)
