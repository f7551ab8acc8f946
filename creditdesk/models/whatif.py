from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from creditdesk.models.assessment import Assessment
from creditdesk.models.case import Case


class Scenario(models.Model):
    """A simulation that somebody named to compare it with others: a working paper, never an assessment and no
    evidence. Whoever wrote it may throw it away; that it was there stays in the audit log."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="scenarios", verbose_name=_("case"))
    name = models.CharField(_("name"), max_length=60)
    # As entered, by editable field, and the raw columns that this changed: null where a value was taken away.
    asked = models.JSONField(_("entered"))
    changes = models.JSONField(_("changes"))
    probability = models.FloatField(_("probability of default"))
    threshold = models.FloatField(_("threshold"))
    verdict = models.CharField(_("verdict"), max_length=6, choices=Assessment.Verdict.choices)
    model_version = models.CharField(_("model version"), max_length=80)
    model_digest = models.CharField(_("digest of the model"), max_length=64)
    profile_digest = models.CharField(_("digest of the profile"), max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_name"),
            models.UniqueConstraint(fields=["case", "by", "name"], name="one_scenario_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class CounterfactualSearch(AppendOnly):
    """What was found when somebody asked what would change a refusal; an empty list is an answer too.

    Added once for an assessment and never changed (triggers), so that page and explanation pack say the same.
    """

    assessment = models.OneToOneField(
        Assessment,
        on_delete=models.PROTECT,
        related_name="counterfactual_search",
        verbose_name=_("assessment"),
    )
    # Sparsest and nearest first: [{"changes": {column: [from, to]}, "probability", "text_en", "text_fr"}].
    found = models.JSONField(_("found"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("searched"), auto_now_add=True)

    class Meta:
        verbose_name = _("search for what would change a refusal")
        verbose_name_plural = _("searches for what would change a refusal")

    def __str__(self) -> str:
        return str(self.assessment_id)
