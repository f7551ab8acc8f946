"""Terms that one person proposes and another publishes: their columns, constraints and reads."""

from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from scoring.models.promotion import MIN_REASON_LENGTH

Terms = TypeVar("Terms", bound="PublishedTerms", covariant=True)


class TermsStatus(models.TextChoices):
    PROPOSED = "proposed", _("waiting for a second person")
    PUBLISHED = "published", _("published")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class PublishedTermsQuerySet(models.QuerySet[Terms]):
    def pending(self) -> Self:
        return self.filter(status=TermsStatus.PROPOSED)

    def published(self) -> Self:
        """The newest first: it is in force."""
        return self.filter(version__isnull=False).order_by("-version")

    def with_people(self) -> Self:
        return self.select_related("proposed_by", "answered_by", "based_on")


class PublishedTerms(models.Model):
    """Proposed by one person, published by another, dated by `answered_at`, in force until the next."""

    Status = TermsStatus

    # Counted by publication; null while it is no more than a proposal.
    version = models.PositiveIntegerField(_("version"), null=True, unique=True)
    status = models.CharField(
        _("status"), max_length=9, choices=TermsStatus.choices, default=TermsStatus.PROPOSED
    )
    # Those in force that they were compared with; null before the first.
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

    objects: ClassVar = PublishedTermsQuerySet.as_manager()

    class Meta:
        abstract = True


def answer_constraints(prefix: str) -> list[models.CheckConstraint]:
    """Two people, each with a reason; a version from the publication on. `prefix` begins their names."""
    return [
        models.CheckConstraint(
            condition=GreaterThanOrEqual(Length("reason"), MIN_REASON_LENGTH), name=f"{prefix}_says_why"
        ),
        models.CheckConstraint(
            condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
            name=f"{prefix}_answered_by_another",
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
            name=f"{prefix}_answer_says_why",
        ),
        models.CheckConstraint(
            condition=Q(status="published", version__isnull=False)
            | ~Q(status="published") & Q(version__isnull=True),
            name=f"{prefix}_version_when_published",
        ),
    ]
