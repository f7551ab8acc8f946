from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def newest_first(self) -> Self:
        return self.order_by("-pk")


class Comparison(models.Model):
    """What ``compare_models`` found: candidates on the same folds of the same clients."""

    compared_at = models.DateTimeField(_("compared"), auto_now_add=True)
    fingerprint = models.CharField(_("fingerprint of the data"), max_length=64)
    # See scoring.ml.training.compare.comparison: the clients, the champion and one row per candidate.
    found = models.JSONField(_("what was found"))

    objects: ClassVar = ComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison of models")
        verbose_name_plural = _("comparisons of models")

    def __str__(self) -> str:
        return f"{self.compared_at:%Y-%m-%d %H:%M} {self.fingerprint[:8]}"
