"""A credit policy: costs of wrong verdicts, where to accept, refuse and refer, when two people decide."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from scoring.ml.metrics.costs import Costs
from scoring.ml.model.verdict import Thresholds
from scoring.models.promotion import MIN_REASON_LENGTH


class PolicyQuerySet(models.QuerySet["Policy"]):
    def pending(self) -> Self:
        return self.filter(status=Policy.Status.PROPOSED)

    def published(self) -> Self:
        """The newest first: it is in force."""
        return self.filter(version__isnull=False).order_by("-version")

    def with_people(self) -> Self:
        return self.select_related("proposed_by", "answered_by", "based_on")


@sealed()
class Policy(models.Model):
    """Proposed by one person, published by another; nothing of it changes but the answer, once (triggers).

    Before the first publication the threshold of the model version is in force, with the limits of the
    settings. A policy is dated by `answered_at` and holds until the next one is published.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("waiting for a second person")
        PUBLISHED = "published", _("published")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

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

    # Counted by publication; null while it is no more than a proposal.
    version = models.PositiveIntegerField(_("version"), null=True, unique=True)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.PROPOSED)
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
    # The policy in force that it was compared with; null: the threshold of the model version.
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("compared with")
    )
    # What the proposer saw on the policy desk, in figures.
    evidence = models.JSONField(_("figures"), default=dict)
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer_reason = models.CharField(_("second person's reason"), max_length=500, blank=True)

    objects: ClassVar = PolicyQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), MIN_REASON_LENGTH), name="policy_says_why"
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
                name="policy_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", answered_at__isnull=True, answered_by__isnull=True)
                | Q(status="withdrawn", answered_at__isnull=False, answered_by__isnull=True)
                | GreaterThanOrEqual(Length("answer_reason"), MIN_REASON_LENGTH)
                & Q(
                    status__in=["published", "rejected"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="policy_answer_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status="published", version__isnull=False)
                | ~Q(status="published") & Q(version__isnull=True),
                name="policy_version_when_published",
            ),
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
