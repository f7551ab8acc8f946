"""Points of a contest: values on file that the client disputes, and facts that no file has."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedTextField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.contest import Contest


@sealed()
class ContestPoint(EncryptedRow, AppendOnly):
    """One value that the client says is wrong, or one kind of fact that the model cannot know. Added, never
    changed (triggers)."""

    class Kind(models.TextChoices):
        VALUE = "value", _("A value on file is wrong")
        INCOME = "income", _("Income or work that changes")
        REPAID = "repaid", _("A loan repaid since, not reported yet")
        GUARANTEE = "guarantee", _("A guarantee or a co-borrower")
        HOUSEHOLD = "household", _("A change in the household")
        REPORT = "report", _("An error of another lender's report")
        OTHER = "other", _("Something else that no file has")

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="points")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    # The raw column of the application, of a wrong value.
    column = models.CharField(max_length=40, blank=True)
    # What the client says that it should be.
    claim = EncryptedTextField(_("what the client says"), max_length=200, blank=True)

    objects: ClassVar = EncryptedAppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="value") & ~Q(column="")) | (~Q(kind="value") & Q(column="")),
                name="contested_value_names_it",
            ),
            models.UniqueConstraint(fields=["contest", "kind", "column"], name="one_contest_point_each"),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.kind} {self.column}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.contest.case.client_id
