"""Teams: people who see the cases that are referred to them all, and the referrals themselves."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed

if TYPE_CHECKING:
    from accounts.models import User


class TeamMembershipQuerySet(models.QuerySet["TeamMembership"]):
    def in_force(self) -> Self:
        return self.filter(left_at__isnull=True)


class TeamReferralQuerySet(models.QuerySet["TeamReferral"]):
    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def seen_by(self, person: "User") -> Self:
        """Referrals in force to a team of this person."""
        memberships = TeamMembership.objects.in_force().filter(member=person)
        return self.in_force().filter(team__in=memberships.values("team"))

    def visible_to(self, person: "User") -> Self:
        """Those, and what this person referred to any team, whoever has it since."""
        return self.seen_by(person) | self.filter(referred_by=person)


@sealed()
class Team(models.Model):
    """A name for several people; what they may do follows from the role of each."""

    name = models.CharField(_("name"), max_length=60)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = [("manage_teams", "Can make teams, and choose their members")]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="team_name_is_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="team_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


@sealed()
class TeamMembership(models.Model):
    """Somebody is in a team from the day they joined to the day they left."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    left_at = models.DateTimeField(null=True)

    objects = TeamMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["team", "member"], condition=Q(left_at__isnull=True), name="member_of_a_team_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, removed_by__isnull=True)
                | Q(left_at__isnull=False, removed_by__isnull=False),
                name="leaving_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.member_id}"


@sealed()
class TeamReferral(models.Model):
    """A case is referred to a team, until it is given to one person or to another team."""

    case = models.ForeignKey("Case", on_delete=models.PROTECT, related_name="team_referrals")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="referrals")
    referred_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    referred_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = TeamReferralQuerySet.as_manager()

    class Meta:
        ordering = ["referred_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="referred_to_one_team"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.team_id}"
