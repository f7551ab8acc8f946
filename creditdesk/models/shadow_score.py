from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly, AppendOnlyQuerySet
from creditdesk.models.assessment import Assessment


class ShadowScoreQuerySet(AppendOnlyQuerySet["ShadowScore"]):
    def of(self, digest: str) -> Self:
        """One challenger's scores, one per case: of its newest assessment, where a model made it."""
        newest = Q(assessment__case__isnull=True) | Q(assessment__case__latest_assessment=F("assessment_id"))
        return self.filter(newest, model_digest=digest).exclude(assessment__model_digest="")

    def differing(self) -> Self:
        return self.exclude(verdict=F("assessment__verdict"))

    def with_outcome(self) -> Self:
        """Scores whose outcome was observed and on which both models gave a verdict."""
        observed = self.filter(assessment__case__monitoring__defaulted__isnull=False)
        return observed.exclude(verdict="refer").exclude(assessment__verdict="refer")


class ShadowScore(AppendOnly):
    """The challenger's score of an assessment. Nobody who decides on a case sees it."""

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="shadow_scores", verbose_name=_("assessment")
    )
    model_version = models.CharField(_("model version"), max_length=80)
    model_digest = models.CharField(_("digest of the model"), max_length=64)
    probability = models.FloatField(_("probability of default"))
    threshold = models.FloatField(_("threshold"))
    verdict = models.CharField(_("verdict"), max_length=6, choices=Assessment.Verdict.choices)
    scored_at = models.DateTimeField(_("scored"), auto_now_add=True)

    objects: ClassVar = ShadowScoreQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["model_digest", "assessment"], name="one_shadow_score_each")
        ]

    def __str__(self) -> str:
        return f"{self.model_version} {self.assessment_id} {self.verdict}"
