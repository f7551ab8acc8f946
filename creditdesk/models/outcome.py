from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from creditdesk.models.case import Case


class MonthlyOutcome(AppendOnly):
    """How a loan stood at the end of one month: observed by the bank, imported, never changed (triggers)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="outcomes", verbose_name=_("case"))
    # The first day of the month.
    month = models.DateField(_("month"))
    days_past_due = models.PositiveIntegerField(_("days past due"))
    balance = models.DecimalField(_("balance"), max_digits=14, decimal_places=2)
    defaulted = models.BooleanField(_("defaulted"))
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)

    class Meta:
        verbose_name = _("monthly outcome")
        verbose_name_plural = _("monthly outcomes")
        ordering = ["case", "month"]
        constraints = [
            models.UniqueConstraint(fields=["case", "month"], name="one_outcome_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="outcome_month_is_its_first_day"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="outcome_balance_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.month:%Y-%m}"
