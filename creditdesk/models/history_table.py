"""The rows of a client's history table as people corrected them, one version for each correction."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.sealed_rows import sealed
from creditdesk.encryption.fields import EncryptedJSONField
from creditdesk.encryption.keyring import Owner
from creditdesk.encryption.rows import EncryptedAppendOnlyQuerySet, EncryptedRow
from creditdesk.models.case import Case
from creditdesk.models.correction import Correction


class HistoryTableQuerySet(EncryptedAppendOnlyQuerySet["HistoryTable"]):
    def on_file(self, case: Case) -> dict[str, list[dict[str, float | str]]]:
        """The rows of each table of this case that people have corrected, by table."""
        newest = self.filter(case=case).order_by("pk")
        return {version.table: version.rows for version in newest}


@sealed()
class HistoryTable(EncryptedRow, AppendOnly):
    """All rows of one table after a correction. Added, never changed (triggers).

    An import keeps the aggregates of a history and no rows; what stands here came by hand or by a file.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="history_tables")
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="history_tables")
    table = models.CharField(_("table"), max_length=30)
    # Raw columns by name; what is missing is left out.
    rows = EncryptedJSONField(_("rows"), default=list)

    objects: ClassVar = HistoryTableQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "table"], name="one_version_a_correction"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.table}"

    def key_owner(self) -> tuple[str, Owner]:
        return "client_id", self.case.client_id
