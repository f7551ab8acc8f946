"""Score many applications at once: one pass through the model, one transaction, one audit event."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Assessment, Case
from creditdesk.monitoring import counters, shadow_scoring
from creditdesk.services.assessment import ProfileToScore, ScoredProfile, locked_earlier_charges
from creditdesk.services.blind_draw import save_draws
from creditdesk.services.prediction import predict_many
from creditdesk.services.refusal import check_scope
from scoring import engine, policies
from scoring.ml.model.folder import ModelUnavailable


def score_many(profiles: Sequence[ProfileToScore], *, contributions: bool) -> list[ScoredProfile]:
    """Score profiles with the model and the policy in use, in their order.

    Without contributions there are no reasons either, and it takes a fraction of the time; a replay checks
    such an assessment like any other.
    """
    if not profiles:
        return []
    policy = policies.in_force()
    try:
        model = engine.current()
        records = [to_score.profile.record for to_score in profiles]
        predictions = predict_many(model, records, policy, contributions=contributions)
    except ModelUnavailable as error:
        return [ScoredProfile.without_model(policy, to_score, error) for to_score in profiles]
    return [
        ScoredProfile.of_prediction(model, policy, to_score, prediction)
        for to_score, prediction in zip(profiles, predictions, strict=True)
    ]


@transaction.atomic
def save_assessments(
    *, scored: Sequence[ScoredProfile], standing: Sequence[Assessment], by: User, api_key: str
) -> list[Assessment]:
    """Store scored profiles; `standing` are the assessments that answered the rest of the request.

    An assessment without contributions does not become its case's newest: the page of the case could not
    explain it. A case whose client declared other charges since it was scored is scored again.
    """
    if not by.has_perm("creditdesk.assess_case"):
        raise PermissionDenied
    check_scope((profile.case.pk for profile in scored if profile.case), by)
    scored = _of_newest_charges(scored)
    added = Assessment.objects.bulk_create([profile.assessment(by) for profile in scored], batch_size=100)
    first = {profile.case for profile in scored if profile.case and not profile.case.latest_assessment_id}
    _set_latest([assessment for assessment in added if assessment.case_id and assessment.contributions])
    draws = save_draws(sorted(first, key=lambda case: case.pk))
    audit.record(
        action=Action.API_BATCH,
        actor=by,
        details={
            "api_key": api_key,
            "assessments": [assessment.pk for assessment in added],
            "told_again": [assessment.pk for assessment in standing],
            **draws.details,
        },
        rows=[*added, *draws.rows],
    )
    for assessment in added:
        counters.count(assessment)
    shadow_scoring.score_in_shadow(added)
    return added


def _of_newest_charges(scored: Sequence[ScoredProfile]) -> Sequence[ScoredProfile]:
    earlier = locked_earlier_charges(scored)
    outdated = [i for i, profile in enumerate(scored) if profile.case and profile.case.pk in earlier]
    to_score = [ProfileToScore(scored[i].case, scored[i].profile) for i in outdated]
    again = score_many(to_score, contributions=any(profile.contributions for profile in scored))
    fresh = dict(zip(outdated, again, strict=True))
    return [fresh.get(i, profile) for i, profile in enumerate(scored)]


def _set_latest(assessments: Sequence[Assessment]) -> None:
    latest = {assessment.case_id: assessment for assessment in assessments}
    cases = list(Case.objects.filter(pk__in=latest).only("pk"))
    for case in cases:
        case.latest_assessment = latest[case.pk]
    Case.objects.bulk_update(cases, ["latest_assessment"], batch_size=200)
