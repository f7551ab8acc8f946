"""An absence: days on which a person decides nothing, and who stands in."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.sealed_rows import sealed

if TYPE_CHECKING:
    from accounts.models import User


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, user: "User") -> Self:
        """The own absences; everybody's for who may record them."""
        return self if user.has_perm("creditdesk.record_any_absence") else self.filter(person=user)

    def in_force(self) -> Self:
        """Absences of today."""
        today = timezone.localdate()
        return self.filter(from_on__lte=today, until_on__gte=today, cancelled_at__isnull=True)

    def to_come(self) -> Self:
        """Absences of today and of later days."""
        return self.filter(until_on__gte=timezone.localdate(), cancelled_at__isnull=True)

    def overlapping(self, from_on: date, until_on: date) -> Self:
        return self.filter(from_on__lte=until_on, until_on__gte=from_on, cancelled_at__isnull=True)


@sealed()
class Absence(models.Model):
    """Whoever is away gets no case; what they have goes to the deputy, else to the advisors who are there."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences", verbose_name=_("person")
    )
    from_on = models.DateField(_("first day"))
    until_on = models.DateField(_("last day"), db_index=True)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("deputy"),
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["from_on", "pk"]
        permissions = [
            ("record_absence", "Can record the own absence"),
            ("record_any_absence", "Can record anybody's absence"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="absence_has_days"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("person")), name="deputy_is_another"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="cancelling_has_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.from_on} {self.until_on}"

    @property
    def is_in_force(self) -> bool:
        return self.cancelled_at is None and self.from_on <= timezone.localdate() <= self.until_on
