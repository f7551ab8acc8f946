"""Neighbours of a case in the order of the queue, the oldest first, and the first case to work on."""

from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from creditdesk.models import Assessment, Case, Claim, Decision, TeamReferral
from creditdesk.models.case import CaseQuerySet

if TYPE_CHECKING:
    from accounts.models import User

_UNREAD: Final = (
    "profile__packed_inputs",
    "latest_assessment__inputs",
    "latest_assessment__packed_inputs",
)


def next_pending(case: Case, user: "User") -> str | None:
    """Reference of the next case to decide; after the newest one, of what waits longest for the user."""
    at = case.submitted_at
    return (
        _first(_pending(user).filter(submitted_at=at, pk__gt=case.pk).order_by("pk"))
        or _first(_pending(user).filter(submitted_at__gt=at).order_by("submitted_at", "pk"))
        or first_in_queue(user, besides=case)
    )


def previous_pending(case: Case, user: "User") -> str | None:
    """Reference of the previous case to decide."""
    at = case.submitted_at
    return _first(_pending(user).filter(submitted_at=at, pk__lt=case.pk).order_by("-pk")) or _first(
        _pending(user).filter(submitted_at__lt=at).order_by("-submitted_at", "-pk")
    )


def first_in_queue(user: "User", *, besides: Case | None = None) -> str | None:
    """Reference of the user's oldest claimed case, else of what waits longest for them, else of the team.

    What they referred to everybody stays in their lists, and comes first to everybody else.
    """
    cases = Case.objects.visible_to(user).order_by("submitted_at", "pk")
    if besides:
        cases = cases.exclude(pk=besides.pk)
    return (
        _first(cases.claimed_by(user).pending())
        or _first(cases.to_decide_by(user).exclude(pk__in=_referred_to_everybody(user)))
        or _first(_decidable(cases, user).unclaimed())
    )


def nearest_refusal(user: "User") -> str | None:
    """Reference of the case to decide whose probability is just high enough for the model to refuse."""
    cases = Case.objects.visible_to(user).to_decide_by(user).exclude(pk__in=_referred_to_everybody(user))
    shown = cases.exclude(pk__in=Case.objects.blind_for(user).values("pk"))
    refused = shown.filter(latest_assessment__verdict=Assessment.Verdict.REFUSE)
    return _first(refused.order_by("latest_assessment__probability", "pk"))


def waiting_case(user: "User", reference: str) -> Case | None:
    """The case while it still waits for this person, without its inputs."""
    cases = Case.objects.visible_to(user)
    waits = Q(pk__in=cases.free_for(user).values("pk")) | Q(pk__in=cases.to_decide_by(user).values("pk"))
    waiting = cases.filter(waits, reference=reference).select_related("profile", "latest_assessment")
    return waiting.defer(*_UNREAD).first()


def _pending(user: "User") -> CaseQuerySet:
    return _decidable(Case.objects.visible_to(user), user)


def _decidable(cases: CaseQuerySet, user: "User") -> CaseQuerySet:
    """Pending cases that this person may decide: neither put aside nor claimed by a colleague, nor waiting
    for somebody else, whom a manager, a second person, the colleague, the team or everybody else of a
    referral would be.
    """
    every = Case.objects
    elsewhere = Q(pk__in=every.waiting().values("pk")) | Q(pk__in=every.escalated().values("pk"))
    own_referral = Q(
        pk__in=every.filter(assignments__kind="referred", assignments__assigned_by=user).values("pk")
    )
    elsewhere |= own_referral & ~Q(advisor=user)
    to_teams = TeamReferral.objects.in_force().filter(referred_by=user)
    elsewhere |= Q(pk__in=to_teams.order_by().values("case"))
    free = cases.free_for(user).exclude(pk__in=_referred_to_everybody(user))
    return free.filter(~elsewhere | Q(pk__in=every.to_decide_by(user).values("pk")))


def _referred_to_everybody(user: "User") -> QuerySet[Decision, tuple[int]]:
    """Keys of the cases that this person referred last, to every advisor, and that nobody has taken up
    since."""
    referrals = Decision.objects.filter(
        decided_by=user,
        outcome=Decision.Outcome.REFER,
        case__is_pending=True,
        case__shared_at__isnull=False,
    )
    later = Decision.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
    claims = Claim.objects.filter(case=OuterRef("case"), claimed_at__gt=OuterRef("decided_at"))
    return referrals.filter(~Exists(later), ~Exists(claims)).order_by().values_list("case")


def _first(cases: QuerySet[Case]) -> str | None:
    return cases.values_list("reference", flat=True).first()
