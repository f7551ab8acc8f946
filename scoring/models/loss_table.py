"""A loss table: what is lost on a default and owed at it, by product, and the scenarios of expected loss."""

from functools import lru_cache
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.prepared_queries import Prepared
from accounts.sealed_rows import sealed
from scoring.ml.metrics.expected_loss import Scenario
from scoring.models.published_terms import PublishedTerms, answer_constraints

SHARES = ("lgd_cash", "ead_cash", "lgd_revolving", "ead_revolving", "loss_limit")


@sealed()
class LossTable(PublishedTerms):
    """Nothing of it changes but the answer, once (triggers).

    Shares of the balance that is lost on a default (`lgd`), and of the credit that is owed at it as long as
    no balance is on file (`ead`). It decides about nobody: no verdict depends on it.
    """

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
            *answer_constraints("loss_table"),
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


_NEWEST: Final = Prepared(lambda: LossTable.objects.published().values_list("pk"))


def loss_table_in_force() -> LossTable | None:
    """The loss table published last; None before the first."""
    # One query of the key alone, until it is another one.
    newest = _NEWEST.first()
    return published_loss_table(newest[0]) if newest else None


@lru_cache(maxsize=8)
def published_loss_table(key: int) -> LossTable:
    """A published loss table: its row never changes again. Raises LossTable.DoesNotExist."""
    table: LossTable = LossTable.objects.published().get(pk=key)
    return table
