"""A claim: one person works on a case."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.sealed_rows import sealed
from creditdesk.models.case import Case
from creditdesk.models.queue_conditions import claims_hold


class ClaimQuerySet(models.QuerySet["Claim"]):
    def active(self) -> Self:
        after, before = claims_hold()
        return self.filter(released_at__isnull=True, claimed_at__gt=after, claimed_at__lt=before)

    def expired(self) -> Self:
        """Claims that hold no more, though nobody has released them."""
        after, before = claims_hold()
        return self.filter(Q(claimed_at__lte=after) | Q(claimed_at__gte=before), released_at__isnull=True)


@sealed()
class Claim(models.Model):
    """Somebody works on this case; until the claim is released or expires nobody else decides it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claims")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(auto_now_add=True)
    # Null beside a release: the claim expired.
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["claimed_at", "pk"]
        indexes = [
            models.Index(fields=["held_by"], condition=Q(released_at__isnull=True), name="claim_of_person")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(released_at__isnull=True), name="one_claim_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=False) | Q(released_by__isnull=True),
                name="person_releases_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.held_by_id}"

    @property
    def is_active(self) -> bool:
        after, before = claims_hold()
        return self.released_at is None and after < self.claimed_at < before

    @property
    def expires_at(self) -> datetime | None:
        """The moment from which it holds no more; None where claims do not expire."""
        return self.claimed_at + timedelta(hours=settings.CLAIM_HOURS) if settings.CLAIM_HOURS else None
