"""A credit policy: costs of wrong verdicts, where to accept, refuse and refer, when two people decide."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.verdict import Thresholds
from scoring.models.published_terms import PublishedTerms, answer_constraints


@sealed()
class Policy(PublishedTerms):
    """Nothing of it changes but the answer, once (triggers).

    Before the first publication the threshold of the model version is in force, with the limits of the
    settings. A policy is dated by `answered_at` and holds until the next one is published.
    """

    class ThresholdRule(models.TextChoices):
        """The codes of `scoring.ml.training.validate.threshold_rules`, and values chosen by people."""

        FOLD_MEAN = "fold_mean", _("Mean of the five fold optima")
        POOLED = "pooled", _("Optimum over all folds together")
        HALF_WAY = "half_way", _("Half way between that and theory")
        THEORETICAL = "theoretical", _("In theory")
        RISK_CONTROL = "risk_control", _("Band that keeps the limit of accepted defaults")
        CHOSEN = "chosen", _("Chosen by hand")

    class AffordabilityRule(models.TextChoices):
        """The codes of `scoring.ml.model.affordability.RULES`; "" for no rule."""

        NONE = "", _("none")
        FR_1 = "fr-1", _("France, edition 1: 35% of the income, 400 left for each person")

    cost_fn = models.FloatField(_("cost of an accepted default"))
    cost_fp = models.FloatField(_("cost of a refused good payer"))
    threshold_rule = models.CharField(_("threshold rule"), max_length=12, choices=ThresholdRule.choices)
    # Probabilities of default: accepted below the first, refused from the second on, referred in between.
    accept_below = models.FloatField(_("accept below"))
    refuse_from = models.FloatField(_("refuse from"))
    refers_everybody = models.BooleanField(_("refers every case, knowingly"), default=False)
    second_person_above = models.DecimalField(_("second person above"), max_digits=14, decimal_places=2)
    affordability_rule = models.CharField(
        _("affordability rule"), max_length=20, choices=AffordabilityRule.choices, blank=True
    )
    # The version whose figures the thresholds were chosen by.
    model_version = models.CharField(_("model version"), max_length=80, blank=True)
    # What the proposer saw on the policy desk, in figures.
    evidence = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["-pk"]
        permissions = [
            ("propose_policy", "Can propose a policy"),
            ("publish_policy", "Can publish or reject a proposed policy"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(cost_fn__gt=0, cost_fp__gt=0), name="policy_costs_positive"),
            models.CheckConstraint(
                condition=Q(accept_below__gte=0, refuse_from__lte=1, refuse_from__gte=F("accept_below")),
                name="policy_refuses_above_accept",
            ),
            models.CheckConstraint(
                condition=Q(accept_below__gt=0) | Q(refuse_from__lt=1) | Q(refers_everybody=True),
                name="policy_refers_all_knowingly",
            ),
            models.CheckConstraint(condition=Q(second_person_above__gte=0), name="policy_limit_not_negative"),
            *answer_constraints("policy"),
        ]

    def __str__(self) -> str:
        return gettext("policy %(version)s, %(status)s") % {
            "version": self.version or "–",
            "status": self.get_status_display(),
        }

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.accept_below, self.refuse_from)

    @property
    def costs(self) -> Costs:
        return Costs(fn=self.cost_fn, fp=self.cost_fp)

    @property
    def has_band(self) -> bool:
        return self.refuse_from > self.accept_below


def policy_as_of(moment: datetime) -> Policy | None:
    """The policy in force at that moment; None while the model version's own threshold was."""
    return Policy.objects.published().filter(answered_at__lte=moment).first()
