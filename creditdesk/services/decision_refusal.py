"""Refusals of a decision, with a message for the person who decides."""

from django.db import IntegrityError
from django.utils.translation import gettext

from accounts.models import User
from creditdesk.models import Assessment, Case, Decision, Profile
from creditdesk.services.affordability import declared_charges, judges_charges_on_file
from creditdesk.services.refusal import (
    active_claim,
    already_claimed,
    already_decided,
    already_withdrawn,
    refuse_when_blind,
    refuse_when_closed,
    refuse_when_passed_on,
    refuse_when_with_manager,
)
from scoring import policies

Affordability = Assessment.AffordabilityOutcome


class DecisionRefused(Exception):
    """The decision was not recorded; the message gives the reason."""


def refuse_when_with_everybody(case: Case, by: User) -> None:
    """Refuse a second referral to every advisor by the same person while nobody has taken up the first."""
    newest = case.decisions.last()
    if newest is None or newest.outcome != Decision.Outcome.REFER or newest.decided_by_id != by.pk:
        return
    is_taken_up = case.claims.filter(claimed_at__gt=newest.decided_at).exists()
    if case.shared_at and not is_taken_up and not case.team_referrals.in_force().exists():
        raise DecisionRefused(gettext("You have already referred this case."))


def refuse_when_decided(case: Case, assessment: Assessment, by: User) -> None:
    refuse_when_closed(case)
    if (claim := active_claim(case)) and claim.held_by_id != by.pk:
        raise DecisionRefused(already_claimed(claim))
    refuse_when_passed_on(case, by)
    refuse_when_with_manager(case, by)
    if assessment.case_id != case.pk or assessment.pk != case.latest_assessment_id:
        raise DecisionRefused(
            gettext("The case was assessed again meanwhile: read the new verdict, then decide.")
        )
    policy = policies.in_force()
    if assessment.policy_id != (policy.pk if policy else None):
        raise DecisionRefused(
            gettext("Another policy has come into force meanwhile: read the new verdict, then decide.")
        )
    # An import or a correction may have stored its file a moment before the case is assessed by it.
    if not Profile.objects.filter(case=case, digest=assessment.profile_digest).exists():
        raise DecisionRefused(
            gettext("The application was changed meanwhile: read the new verdict, then decide.")
        )
    if not judges_charges_on_file(case.pk, assessment.budget):
        raise DecisionRefused(
            gettext("Other charges were declared meanwhile: read the new verdict, then decide.")
        )
    refuse_when_blind(case, by)


def refuse_unknown_budget(assessment: Assessment) -> None:
    """Refuse to accept while it is not known whether the client can afford it."""
    if assessment.affordability_outcome != Affordability.MISSING:
        return
    if assessment.budget and "charges" not in assessment.budget.missing:
        raise DecisionRefused(
            gettext("Nobody accepts an unknown budget: complete the application, then read the new verdict.")
        )
    raise DecisionRefused(
        gettext("Nobody accepts without the client's charges: enter them, then read the new verdict.")
    )


def refuse_unanswered_rule(case: Case, assessment: Assessment) -> None:
    """Refuse to accept after a contest while the rule of affordability in force is not answered.

    A closed case keeps its assessment, of an earlier policy perhaps, which may have had no such rule.
    """
    answer, policy = assessment.affordability_outcome, policies.in_force()
    is_unanswered = answer is None and policy is not None and bool(policy.affordability_rule)
    is_answered = not is_unanswered and answer != Affordability.MISSING
    if is_answered and judges_charges_on_file(case.pk, assessment.budget):
        return
    if declared_charges(case):
        raise DecisionRefused(
            gettext(
                "The budget was not judged with what is on file: open the case again, which assesses it, "
                "then decide."
            )
        )
    raise DecisionRefused(
        gettext("Nobody accepts without the client's charges: open the case again, enter them, then decide.")
    )


def constraint_message(case: Case, error: IntegrityError) -> str:
    standing = case.decisions.standing().select_related("decided_by").first()
    if standing:
        return already_decided(standing)
    if withdrawal := case.withdrawals.in_force().select_related("recorded_by").first():
        return already_withdrawn(withdrawal)
    if "override_has_reason" in str(error):
        return gettext("A decision that differs from the verdict needs a reason and its grounds.")
    return gettext("The decision could not be recorded: read the case again, then decide.")
