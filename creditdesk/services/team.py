"""Teams: make one, add and remove members, refer a case to one."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.cases.team import colleagues_present, deciders, present
from creditdesk.models import Case, Claim, Notification, Team, TeamMembership, TeamReferral
from creditdesk.services.claim import end_claim
from creditdesk.services.note import add_note
from creditdesk.services.notification import notify
from creditdesk.services.refusal import ActRefused, name_of


def make_team(*, name: str, by: User) -> Team:
    """Make a team without members. Raises ActRefused where the name is taken."""
    _check_permission(by)
    name = " ".join(name.split())
    if not name:
        raise ActRefused(gettext("Give the team a name."))
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name, made_by=by)
            audit.record(action=Action.TEAM_MADE, actor=by, target=f"team:{team.pk}", rows=[team])
    except IntegrityError as error:
        raise ActRefused(gettext("There is a team of this name already.")) from error
    return team


def add_member(*, team: Team, person: User, by: User) -> TeamMembership:
    """Let this person see what is referred to the team. Raises ActRefused."""
    _check_permission(by)
    if not deciders().filter(pk=person.pk).exists():
        raise ActRefused(gettext("%(person)s decides no cases.") % {"person": name_of(person)})
    try:
        with transaction.atomic():
            membership = TeamMembership.objects.create(team=team, member=person, added_by=by)
            _audit(membership, Action.TEAM_JOINED, by)
    except IntegrityError as error:
        raise ActRefused(
            gettext("%(person)s is in this team already.") % {"person": name_of(person)}
        ) from error
    return membership


@transaction.atomic
def remove_member(*, membership: TeamMembership, by: User) -> TeamMembership:
    """End the sight of the team's cases, and the claims on those that the person sees no more."""
    _check_permission(by)
    locked = TeamMembership.objects.select_for_update().get(pk=membership.pk)
    if locked.left_at:
        raise ActRefused(
            gettext("%(person)s has left this team already.") % {"person": name_of(locked.member)}
        )
    locked.removed_by, locked.left_at = by, timezone.now()
    locked.save(update_fields=["removed_by", "left_at"])
    _audit(locked, Action.TEAM_LEFT, by)
    of_team = TeamReferral.objects.in_force().filter(team=locked.team).values("case")
    claims = Claim.objects.active().filter(held_by=locked.member, case__in=of_team)
    out_of_sight = claims.exclude(case__in=Case.objects.visible_to(locked.member).values("pk"))
    for claim in out_of_sight.select_related("held_by", "case"):
        end_claim(claim, by)
    return locked


def refer_to_team(*, case: Case, team: Team, by: User, note: str = "") -> TeamReferral:
    """Let the team see a locked case and claim it, within the transaction of the decision that refers it."""
    members = present().filter(memberships__in=team.memberships.in_force())
    if not colleagues_present(team, by).exists():
        raise ActRefused(gettext("Nobody else of the team %(team)s is there today.") % {"team": team})
    ended = end_team_referrals([case])
    referral = TeamReferral.objects.create(case=case, team=team, referred_by=by)
    details = {"previous": case.advisor.get_username(), "new": f"team:{team.pk}"}
    audit.record(
        action=Action.TEAM_REFERRAL, actor=by, target=case.reference, details=details, rows=[referral, *ended]
    )
    if note.strip():
        add_note(case=case, text=note, by=by)
    notify(people=members, kind=Notification.Kind.REFERRED, cases=[case], by=by)
    return referral


def end_team_referrals(cases: Sequence[Case]) -> list[TeamReferral]:
    """End the referrals of locked cases to teams within the transaction of the act that gives them away."""
    referrals = list(TeamReferral.objects.in_force().filter(case__in=[case.pk for case in cases]))
    ended_at = timezone.now()
    for referral in referrals:
        referral.ended_at = ended_at
    TeamReferral.objects.bulk_update(referrals, ["ended_at"])
    return referrals


def _check_permission(by: User) -> None:
    if not by.has_perm("creditdesk.manage_teams"):
        raise PermissionDenied


def _audit(membership: TeamMembership, action: Action, by: User) -> None:
    details = {"member": membership.member.get_username()}
    is_member = membership.left_at is None
    details |= {"previous": "" if is_member else "member", "new": "member" if is_member else ""}
    target = f"team:{membership.team_id}"
    audit.record(action=action, actor=by, target=target, details=details, rows=[membership])
