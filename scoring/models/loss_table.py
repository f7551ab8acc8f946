"""A loss table: what is lost on a default and owed at it, by product, and the scenarios of expected loss."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed
from scoring.ml.metrics.expected_loss import Scenario
from scoring.models.policy import Policy
from scoring.models.promotion import MIN_REASON_LENGTH

SHARES = ("lgd_cash", "ead_cash", "lgd_revolving", "ead_revolving", "loss_limit")


class LossTableQuerySet(models.QuerySet["LossTable"]):
    def pending(self) -> Self:
        return self.filter(status=Policy.Status.PROPOSED)

    def published(self) -> Self:
        """The newest first: it is in force."""
        return self.filter(version__isnull=False).order_by("-version")

    def with_people(self) -> Self:
        return self.select_related("proposed_by", "answered_by", "based_on")


@sealed()
class LossTable(models.Model):
    """Proposed by one person, published by another; nothing of it changes but the answer, once (triggers).

    Shares of the balance that is lost on a default (`lgd`), and of the credit that is owed at it as long as
    no balance is on file (`ead`). It decides about nobody: no verdict depends on it.
    """

    Status = Policy.Status

    version = models.PositiveIntegerField(_("version"), null=True, unique=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Policy.Status.choices, default=Policy.Status.PROPOSED
    )
    lgd_cash = models.FloatField(_("lost on a default, cash loans"))
    ead_cash = models.FloatField(_("owed at default, cash loans"))
    lgd_revolving = models.FloatField(_("lost on a default, revolving loans"))
    ead_revolving = models.FloatField(_("owed at default, revolving loans"))
    # How far log-odds of default move, and by what the lost share is multiplied.
    favourable_shift = models.FloatField(_("favourable scenario"))
    adverse_shift = models.FloatField(_("adverse scenario"))
    adverse_lgd_factor = models.FloatField(_("lost share in the adverse scenario, multiplied by"))
    favourable_weight = models.FloatField(_("weight of the favourable scenario"))
    adverse_weight = models.FloatField(_("weight of the adverse scenario"))
    # Of what is owed: the reverse stress looks for the defaults at which it is lost.
    loss_limit = models.FloatField(_("loss that the reverse stress looks for"))
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("compared with")
    )
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

    objects: ClassVar = LossTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("loss table")
        verbose_name_plural = _("loss tables")
        ordering = ["-pk"]
        permissions = [
            ("propose_losstable", "Can propose a loss table"),
            ("publish_losstable", "Can publish or reject a proposed loss table"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    *((f"{name}__gte", 0) for name in SHARES), *((f"{name}__lte", 1) for name in SHARES)
                ),
                name="loss_table_shares",
            ),
            models.CheckConstraint(
                condition=Q(favourable_shift__lte=0, adverse_shift__gte=0, adverse_lgd_factor__gte=1),
                name="loss_table_scenarios_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    favourable_weight__gte=0,
                    adverse_weight__gte=0,
                    adverse_weight__lte=1 - F("favourable_weight"),
                ),
                name="loss_table_weights",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), MIN_REASON_LENGTH), name="loss_table_says_why"
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
                name="loss_table_answered_by_another",
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
                name="loss_table_answer_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status="published", version__isnull=False)
                | ~Q(status="published") & Q(version__isnull=True),
                name="loss_table_version_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"loss table {self.version or '-'} {self.status}"

    def lgd(self, contract_type: str) -> float:
        return self.lgd_revolving if contract_type == "Revolving loans" else self.lgd_cash

    def ead(self, contract_type: str) -> float:
        return self.ead_revolving if contract_type == "Revolving loans" else self.ead_cash

    @property
    def scenarios(self) -> tuple[Scenario, Scenario, Scenario]:
        """Favourable, as assessed, adverse; the weights add up to 1."""
        favourable, adverse = self.favourable_weight, self.adverse_weight
        return (
            Scenario(code="favourable", shift=self.favourable_shift, weight=favourable),
            Scenario(code="as_assessed", weight=1 - favourable - adverse),
            Scenario(
                code="adverse",
                shift=self.adverse_shift,
                lgd_factor=self.adverse_lgd_factor,
                weight=adverse,
            ),
        )


def loss_table_in_force() -> LossTable | None:
    """The loss table published last; None before the first."""
    table: LossTable | None = LossTable.objects.published().first()
    return table
