"""A policy is proposed by one person and published, or rejected, by another."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment
from creditdesk.services.published_terms import (
    checked_answer,
    checked_reason,
    locked_in_force_as_seen,
    locked_proposal,
    locked_successor,
    proposed_already,
    recorded_change,
    store_answer,
    store_withdrawal,
)
from creditdesk.services.refusal import ActRefused
from scoring import engine
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.ml.model.threshold_options import refer_band, threshold_options
from scoring.ml.model.verdict import Thresholds
from scoring.models import Policy

Status = Policy.Status

# Whether a band refers everybody is looked up among the newest assessments, once there are enough of them.
MEASURED_ON: Final = 1000
MIN_MEASURED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTerms:
    """What a policy lays down; `refers_everybody` confirms a band that nobody escapes."""

    cost_fn: float
    cost_fp: float
    threshold_rule: str
    accept_below: float
    refuse_from: float
    second_person_above: Decimal
    affordability_rule: str = ""
    refers_everybody: bool = False

    @property
    def costs(self) -> Costs:
        return Costs(fn=self.cost_fn, fp=self.cost_fp)

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.accept_below, self.refuse_from)


def propose_policy(
    *,
    terms: PolicyTerms,
    based_on: int | None,
    reason: str,
    by: User,
    evidence: Mapping[str, Any] | None = None,
) -> Policy:
    """Ask a second person to put these terms in force. Raises ActRefused.

    `based_on` is the number of the policy that the proposer compared them with, None for none.
    """
    if not by.has_perm("scoring.propose_policy"):
        raise PermissionDenied
    reason = checked_reason(reason)
    model_version = _refuse_senseless(terms)
    with transaction.atomic():
        current = locked_in_force_as_seen(Policy, based_on, _outdated)
        values = {**asdict(terms), "model_version": model_version, "based_on": current, "reason": reason}
        if earlier := proposed_already(Policy, values, by):
            return earlier
        policy = Policy.objects.create(**values, evidence=dict(evidence or {}), proposed_by=by)
        return _audited(policy, Action.POLICY_PROPOSED, by)


def publish_policy(*, policy: Policy, reason: str, by: User) -> Policy:
    """Put a proposed policy in force, as a second person. Raises ActRefused."""
    reason = checked_answer(policy, reason, by, own=_own())
    _refuse_rule_of_other_version(policy)
    try:
        with transaction.atomic():
            published = store_answer(locked_successor(policy, _outdated), Status.PUBLISHED, reason, by)
            return _audited(published, Action.POLICY_PUBLISHED, by)
    except IntegrityError as error:
        raise ActRefused(_outdated(Policy.objects.published().first())) from error


@transaction.atomic
def reject_policy(*, policy: Policy, reason: str, by: User) -> Policy:
    """Reject a proposal, which stays on record. Raises ActRefused."""
    reason = checked_answer(policy, reason, by, own=_own())
    rejected = store_answer(locked_proposal(policy), Status.REJECTED, reason, by)
    return _audited(rejected, Action.POLICY_REJECTED, by)


@transaction.atomic
def withdraw_policy(*, policy: Policy, by: User) -> Policy:
    """Take one's own proposal back. Raises ActRefused."""
    return _audited(store_withdrawal(policy, by), Action.POLICY_WITHDRAWN, by)


def refers_everybody(thresholds: Thresholds) -> bool:
    """Whether nobody escapes the band: at all, or none of the cases that were assessed last."""
    if thresholds.accept_below <= 0 and thresholds.refuse_from >= 1:
        return True
    scored = Assessment.objects.filter(probability__isnull=False).order_by("-pk")
    newest = scored.values_list("probability", flat=True)[:MEASURED_ON]
    referred = [thresholds.refers(probability or 0.0) for probability in newest]
    return len(referred) >= MIN_MEASURED and all(referred)


def _refuse_senseless(terms: PolicyTerms) -> str:
    """Refuse terms that contradict themselves; return the version that they were chosen by."""
    if min(terms.cost_fn, terms.cost_fp) <= 0:
        raise ActRefused(gettext("A wrong verdict costs something: both costs must be above 0."))
    if not 0 <= terms.accept_below <= terms.refuse_from <= 1:
        raise ActRefused(gettext("Refuse at or above where you accept, both from 0 to 1."))
    if terms.affordability_rule not in Policy.AffordabilityRule.values:
        raise ActRefused(gettext("There is no such rule of affordability."))
    if terms.second_person_above < 0:
        raise ActRefused(gettext("The limit of the second person must not be negative."))
    if not terms.refers_everybody and refers_everybody(terms.thresholds):
        raise ActRefused(gettext("This band refers every case to a person: confirm that you want it."))
    return _refuse_other_rule(terms)


def _refuse_other_rule(terms: PolicyTerms) -> str:
    """Refuse thresholds that are not those of the rule they claim."""
    try:
        model = engine.in_use()
    except ModelUnavailable:
        model = None
    if terms.threshold_rule == Policy.ThresholdRule.CHOSEN:
        return model.version if model else ""
    if terms.threshold_rule == Policy.ThresholdRule.RISK_CONTROL:
        return _refuse_other_band(model, terms)
    options = threshold_options(model.manifest, terms.costs) if model else []
    threshold = next((item.threshold for item in options if item.code == terms.threshold_rule), None)
    if model is None or threshold is None:
        raise ActRefused(gettext("The version in use has no threshold by this rule at these costs."))
    if not terms.accept_below <= threshold <= terms.refuse_from:
        raise ActRefused(gettext("These thresholds are not those of the rule: choose them by hand."))
    return model.version


def _refuse_other_band(model: Model | None, terms: PolicyTerms) -> str:
    """Both thresholds carry the promise: neither is moved under its name."""
    band = refer_band(model.manifest) if model else None
    if model is None or band is None:
        raise ActRefused(gettext("The version in use proposes no band that keeps a limit."))
    if (band.accept_below, band.refuse_from) != terms.thresholds:
        raise ActRefused(gettext("These thresholds are not those of the rule: choose them by hand."))
    return model.version


def _refuse_rule_of_other_version(policy: Policy) -> None:
    """A rule gives every version thresholds of its own: those of another are not put in force under it."""
    if policy.threshold_rule == Policy.ThresholdRule.CHOSEN:
        return
    try:
        version = engine.in_use().version
    except ModelUnavailable:
        version = ""
    if version != policy.model_version:
        raise ActRefused(
            gettext(
                "These thresholds are of version %(version)s, which is not in use: propose them again, or "
                "choose them by hand."
            )
            % {"version": policy.model_version}
        )


def _own() -> str:
    return gettext("You proposed this policy: another person has to answer.")


def _outdated(current: Policy | None) -> str:
    if current is None:
        return gettext("No policy is in force: compare with the threshold of the version, then propose.")
    return gettext(
        "Policy %(version)s has come into force meanwhile: compare with it, then propose again."
    ) % {"version": current.version}


def _audited(policy: Policy, action: Action, by: User) -> Policy:
    details = {
        "policy": policy.pk,
        "version": policy.version,
        "costs": [policy.cost_fn, policy.cost_fp],
        "threshold_rule": policy.threshold_rule,
        "thresholds": list(policy.thresholds),
        "second_person_above": str(policy.second_person_above),
        **({"affordability_rule": policy.affordability_rule} if policy.affordability_rule else {}),
        **recorded_change(policy, PolicyTerms.__dataclass_fields__),
    }
    target = f"policy {policy.version}" if policy.version else "policy"
    audit.record(action=action, actor=by, target=target, details=details, rows=[policy])
    return policy
