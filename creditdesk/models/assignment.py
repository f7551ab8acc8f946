"""An assignment: a case goes from one advisor to another."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly, AppendOnlyQuerySet
from accounts.sealed_rows import sealed
from creditdesk.models.case import Case


class AssignmentQuerySet(AppendOnlyQuerySet["Assignment"]):
    def of_cases(self, cases: Iterable[int]) -> "AssignmentQuerySet":
        return self.filter(case__in=cases)


@sealed()
class Assignment(AppendOnly):
    """Who had a case before, who has it since, and by whose act. Added, never changed (triggers)."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        REFERRED = "referred", _("referred")
        HANDED_ON = "handed_on", _("handed on")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    previous = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    # Null: by the rules, when an advisor left or is away.
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    assigned_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["assigned_at", "pk"]
        indexes = [models.Index(fields=["assigned_by", "kind"], name="assignment_by_person")]
        constraints = [
            models.CheckConstraint(condition=~Q(previous=F("advisor")), name="assignment_changes_advisor"),
            models.CheckConstraint(
                condition=Q(kind="handed_on") | Q(assigned_by__isnull=False), name="assignment_has_person"
            ),
            models.CheckConstraint(
                condition=~Q(kind="referred") | ~Q(assigned_by=F("advisor")), name="referred_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.previous_id} {self.advisor_id}"

    def is_referral_by(self, person: Any) -> bool:
        """Whether this person referred the case to somebody else by it."""
        return self.kind == self.Kind.REFERRED and self.assigned_by_id == person.pk

    @classmethod
    def unsaved(cls, case: Case, advisor: Any, kind: str, by: Any) -> "Assignment":
        """A row to be stored; who refers a case back to its own advisor is the one who had it."""
        previous = by if case.advisor_id == advisor.pk else case.advisor
        return cls(case=case, previous=previous, advisor=advisor, kind=kind, assigned_by=by)
