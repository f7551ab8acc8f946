"""The counterfactuals of a refusal, as shown."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from creditdesk.models.assessment import Assessment


class CounterfactualSearch(AppendOnly):
    """The result of one search for what would change a refusal; an empty list is a result too.

    Added once for an assessment and never changed (triggers), so that page and explanation pack agree.
    """

    assessment = models.OneToOneField(
        Assessment,
        on_delete=models.PROTECT,
        related_name="counterfactual_search",
        verbose_name=_("assessment"),
    )
    # Sparsest and nearest first: [{"changes": {column: [from, to]}, "probability", "text_en", "text_fr"}].
    counterfactuals = models.JSONField(_("found"), db_column="found")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("searched"), auto_now_add=True)

    class Meta:
        verbose_name = _("search for what would change a refusal")
        verbose_name_plural = _("searches for what would change a refusal")

    def __str__(self) -> str:
        return str(self.assessment_id)
