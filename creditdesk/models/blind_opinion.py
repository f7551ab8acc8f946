"""Blind first opinion: which cases are drawn for one, the opinions, and who opened the reasons of a case."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.models.assessment import Assessment
from creditdesk.models.case import Case


@sealed()
class BlindDraw(AppendOnly):
    """A case drawn for a blind opinion at its first assessment. Added, never changed (triggers).

    `seed` names the key that the draw followed from: see `creditdesk.cases.blind_draws`.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="blind_draw")
    share = models.FloatField(_("share of the cases drawn"))
    seed = models.CharField(max_length=16)
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="blind_share_is_one")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.share:g}"


@sealed()
class BlindOpinion(AppendOnly):
    """What a person thought before they saw the verdict. Added, never changed (triggers)."""

    class Outcome(models.TextChoices):
        ACCEPT = "accept", _("accept")
        REFUSE = "refuse", _("refuse")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="blind_opinions")
    # The assessment that this person saw next.
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("opinion"), max_length=6, choices=Outcome.choices)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["given_at", "pk"]
        permissions = [
            ("give_opinion", "Can give an opinion before the verdict of a blind case shows"),
            ("view_blind_verdict", "Sees the verdict of a blind case without an opinion of their own"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "given_by"], name="one_blind_opinion_a_person"),
            models.CheckConstraint(
                condition=Q(outcome__in=["accept", "refuse"]), name="blind_opinion_chooses"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class ReasonsReading(AppendOnly):
    """The first time that a person opened what is behind the verdict of a case. Added, never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reasons_readings")
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "read_by"], name="one_reasons_reading_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.read_by_id}"
