"""A claim: one person works on a case."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.sealed_rows import sealed
from creditdesk.models.case import Case


class ClaimQuerySet(models.QuerySet["Claim"]):
    def active(self) -> Self:
        return self.filter(released_at__isnull=True)


@sealed()
class Claim(models.Model):
    """Somebody works on this case; until the claim is released nobody else decides it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="claims")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(auto_now_add=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["claimed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(released_at__isnull=True), name="one_claim_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="release_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.held_by_id}"
