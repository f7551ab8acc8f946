"""Score a case with the model in use and store the answer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from django.core.exceptions import PermissionDenied
from django.db import transaction
from numpy.typing import NDArray

from accounts import audit, request_id
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, Case, Client, Profile, Reason
from creditdesk.monitoring import counters, shadow_scoring
from creditdesk.services.affordability import affordability_of, judges_charges_on_file, of_earlier_charges
from creditdesk.services.blind_draw import Draws, save_draws
from creditdesk.services.prediction import Prediction, predict, reasons_of
from creditdesk.services.refusal import check_scope
from scoring import engine, policies
from scoring.ml.model.affordability import Affordability, verdict_beside, why_referred
from scoring.ml.model.completeness import RULE, Completion
from scoring.ml.model.folder import ModelUnavailable
from scoring.ml.model.model import Model
from scoring.models import Policy

# With each assessment: Django writes such a statement in four times the time in which SQLite carries it out.
_STORE_LATEST: Final = f"UPDATE {Case._meta.db_table} SET latest_assessment_id = %s WHERE id = %s"  # noqa: S608


class RulesInUse(NamedTuple):
    """What an assessment of today is made by: the model, "" while none answers, and the policy."""

    model_digest: str
    policy_id: int | None


class ProfileToScore(NamedTuple):
    """Without a case, the profile is of an application that was sent along, with its declared `charges`.

    `charges` are named as in `ChargesDeclaration`, by month, in the unit of stored amounts; None: not sent.
    """

    case: Case | None
    profile: Profile
    charges: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredProfile:
    """A profile and the answer about it: an assessment that is not stored yet.

    `charges` are those that were sent with an application. `features` and `contributions` are
    little-endian float64, as stored.
    """

    case: Case | None
    profile: Profile
    charges: Mapping[str, float] | None = None
    verdict: str
    # Of an application that was sent along: whose words it holds, where that is known.
    client: Client | None = None
    refer_reason: str = ""
    missing: tuple[str, ...] = ()
    completeness_rule: int | None = None
    completion: Completion | None = None
    affordability: Affordability | None = None
    model_version: str = ""
    model_digest: str = ""
    probability: float | None = None
    threshold: float | None = None
    policy: Policy | None = None
    base_value: float | None = None
    features: bytes = b""
    contributions: bytes = b""
    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of_prediction(
        cls,
        model: Model,
        policy: Policy | None,
        to_score: ProfileToScore,
        prediction: Prediction,
    ) -> Self:
        """With reasons where the prediction has contributions."""
        case, profile, charges = to_score
        affordable = affordability_of(policy, case, profile.record, charges)
        return cls(
            case=case,
            profile=profile,
            charges=charges,
            verdict=verdict_beside(prediction.verdict, affordable),
            refer_reason=_why_referred(policy, prediction, affordable),
            missing=prediction.missing,
            completeness_rule=RULE,
            completion=prediction.completion,
            affordability=affordable,
            model_version=model.version,
            model_digest=model.digest,
            probability=prediction.probability,
            threshold=policies.thresholds_of(model, policy).refuse_from,
            policy=policy,
            base_value=prediction.base_value,
            features=_stored(prediction.features),
            contributions=_stored(prediction.contributions),
            reasons=tuple(reasons_of(model, prediction, profile.history_rows)),
        )

    @classmethod
    def without_model(cls, policy: Policy | None, to_score: ProfileToScore, error: ModelUnavailable) -> Self:
        """Without a usable model the verdict is refer."""
        verdict = Assessment.Verdict.REFER
        case, profile, charges = to_score
        affordable = affordability_of(policy, case, profile.record, charges)
        return cls(
            case=case,
            profile=profile,
            charges=charges,
            policy=policy,
            verdict=verdict,
            refer_reason=str(error),
            affordability=affordable,
        )

    def assessment(self, by: User) -> Assessment:
        """The row to be stored."""
        return Assessment(
            case=self.case,
            client=self.client,
            profile_digest=self.profile.digest,
            inputs={
                "history_rows": self.profile.history_rows,
                **({} if self.charges is None else {"charges": dict(self.charges)}),
            },
            packed_inputs=self.profile.packed_inputs,
            assessed_by=by,
            request_id=request_id.current(),
            verdict=self.verdict,
            refer_reason=self.refer_reason,
            missing=list(self.missing),
            completeness_rule=self.completeness_rule,
            completion=self.completion.to_json() if self.completion else None,
            affordability=self.affordability.to_json() if self.affordability else None,
            affordability_outcome=self.affordability.outcome.value if self.affordability else None,
            model_version=self.model_version,
            model_digest=self.model_digest,
            probability=self.probability,
            threshold=self.threshold,
            policy=self.policy,
            base_value=self.base_value,
            features=self.features,
            contributions=self.contributions,
            reasons=[reason.to_json() for reason in self.reasons],
        )


def standing_assessment(case: Case) -> Assessment | None:
    """The newest assessment while it still holds: see `still_holds`."""
    latest = case.latest_assessment
    return latest if latest and still_holds(latest, case.profile.digest) else None


def standing_assessments(cases: Collection[Case]) -> dict[int, Assessment]:
    """The newest assessment of each of these cases where it still holds, by the key of the case."""
    rules = rules_in_use()
    latest = {
        case.pk: case.latest_assessment
        for case in cases
        if case.latest_assessment and _is_made_by(case.latest_assessment, case.profile.digest, rules)
    }
    outdated = of_earlier_charges({case_key: stored.budget for case_key, stored in latest.items()})
    return {case_key: stored for case_key, stored in latest.items() if case_key not in outdated}


def still_holds(assessment: Assessment, profile_digest: str, rules: RulesInUse | None = None) -> bool:
    """Whether the assessment is of this profile, of the model and the policy in use, and of the charges that
    were declared last.

    `rules` are those in use, where the caller has them already.
    """
    return _is_made_by(assessment, profile_digest, rules or rules_in_use()) and (
        assessment.case_id is None or judges_charges_on_file(assessment.case_id, assessment.budget)
    )


def _is_made_by(assessment: Assessment, profile_digest: str, rules: RulesInUse) -> bool:
    made_by = RulesInUse(assessment.model_digest, assessment.policy_id)
    return assessment.profile_digest == profile_digest and made_by == rules


def assess(*, case: Case, by: User) -> Assessment:
    """Store the answer of the model in use about the case; without a usable model the verdict is refer."""
    return save_assessment(scored=score(case.profile, case=case), by=by)


def score(
    profile: Profile, *, case: Case | None, charges: Mapping[str, float] | None = None
) -> ScoredProfile:
    """Score a profile with the model and the policy in use; refer without a usable model."""
    policy = policies.in_force()
    to_score = ProfileToScore(case, profile, charges)
    try:
        model = engine.current()
        prediction = predict(model, profile.record, policy)
        return ScoredProfile.of_prediction(model, policy, to_score, prediction)
    except ModelUnavailable as error:
        return ScoredProfile.without_model(policy, to_score, error)


@transaction.atomic
def save_assessment(*, scored: ScoredProfile, by: User, api_key: str = "") -> Assessment:
    """Store a scored profile with its audit event; `api_key` is the prefix of the key it was sent with.

    A case whose client declared other charges since it was scored is scored again.
    """
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    case = scored.case
    check_scope([case.pk if case else None], by)
    if case and locked_earlier_charges([scored]):
        scored = score(scored.profile, case=case)
    assessment = scored.assessment(by)
    assessment.save()
    draws = Draws()
    if case:
        is_first = case.latest_assessment_id is None
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(_STORE_LATEST, [assessment.pk, case.pk])
        case.latest_assessment = assessment
        draws = save_draws([case] if is_first else [])
    audit.record(
        action=Action.ASSESSMENT,
        actor=by,
        target=case.reference if case else "",
        details={
            "assessment": assessment.pk,
            "verdict": assessment.verdict,
            "probability": assessment.probability,
            "model_version": assessment.model_version,
            **({"policy": assessment.policy.version} if assessment.policy else {}),
            **({"api_key": api_key} if api_key else {}),
            **draws.details,
        },
        rows=[assessment, *draws.rows],
    )
    counters.count(assessment)
    shadow_scoring.score_in_shadow([assessment])
    return assessment


def locked_earlier_charges(scored: Iterable[ScoredProfile]) -> set[int]:
    """Lock the cases whose budgets were judged; return the keys of those with other charges on file now.

    Charges are declared under the same lock: what is stored within this transaction is of the newest ones.
    """
    judged = {profile.case.pk: profile.affordability for profile in scored if profile.case}
    keys = [key for key, affordable in judged.items() if affordable]
    if keys:
        list(Case.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    return of_earlier_charges(judged)


def rules_in_use() -> RulesInUse:
    """The model and the policy that an assessment of today is made by."""
    policy = policies.in_force()
    try:
        digest = engine.current().digest
    except ModelUnavailable:
        digest = ""
    return RulesInUse(digest, policy.pk if policy else None)


def _why_referred(policy: Policy | None, prediction: Prediction, affordable: Affordability | None) -> str:
    """Say what is missing, else in which band the probability lies and what is wrong with the budget; "" for
    another verdict."""
    if prediction.missing:
        return f"incomplete: {', '.join(prediction.missing)}"
    reasons = []
    if policy and policy.thresholds.refers(prediction.probability):
        reasons.append(
            f"policy {policy.version} refers from {policy.accept_below:g} to {policy.refuse_from:g}"
        )
    if of_budget := why_referred(prediction.verdict, affordable):
        reasons.append(of_budget)
    return "; ".join(reasons)


def _stored(numbers: NDArray[np.float64]) -> bytes:
    return numbers.astype("<f8").tobytes()
