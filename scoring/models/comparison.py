from typing import Any, ClassVar, NotRequired, Self, TypedDict

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _


class StoredInterval(TypedDict):
    """A figure and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


# The key of the description is older than its name.
_Description = TypedDict("_Description", {"told": str})  # noqa: UP013


class StoredCandidate(_Description):
    """One candidate of a comparison; `failure` says why it has no metrics.

    `metrics` are those of model.json; `against` has the differences in "auc" and "cost" to the champion,
    None for the champion itself. `predict_ms` is the time for 1,000 clients.
    """

    code: str
    label: str
    failure: str
    features: int
    seconds: float
    predict_ms: float
    memory_mb: float
    threshold: NotRequired[float]
    cost_theory: NotRequired[float]
    metrics: dict[str, Any] | None
    against: dict[str, StoredInterval] | None


class StoredComparison(TypedDict):
    """Candidates on the same folds of the same clients, the best AUC first."""

    compared_at: str
    folder: str
    fingerprint: str
    clients: int
    default_rate: float
    folds: int
    seed: int
    quick: bool
    champion: str
    costs: dict[str, float]
    rows: list[StoredCandidate]
    run: NotRequired[str | None]


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def newest_first(self) -> Self:
        return self.order_by("-pk")


class Comparison(models.Model):
    """A comparison of candidates by ``compare_models``; `results` is a StoredComparison."""

    compared_at = models.DateTimeField(_("compared"), auto_now_add=True)
    fingerprint = models.CharField(_("fingerprint of the data"), max_length=64)
    results = models.JSONField(_("what was found"), db_column="found")

    objects: ClassVar = ComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison of models")
        verbose_name_plural = _("comparisons of models")

    def __str__(self) -> str:
        return f"{localtime(self.compared_at):%Y-%m-%d %H:%M} {self.fingerprint[:8]}"
