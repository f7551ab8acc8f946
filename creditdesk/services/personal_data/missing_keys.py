"""Clients whose data key is gone although nobody erased them: their words were destroyed past the desk."""

from accounts.audit.row_ledger import BrokenRow
from creditdesk.models import Client


def first_client_without_key() -> BrokenRow | None:
    """The first such client, for the verification of the audit log.

    In one statement, which sees an erasure whole: the key goes and its record, a sealed row, comes in one
    transaction.
    """
    lost = Client.objects.filter(data_key__isnull=True, erasure__isnull=True).order_by("pk")
    pk = lost.values_list("pk", flat=True).first()
    if pk is None:
        return None
    return BrokenRow(Client._meta.db_table, pk, "its data key was removed without an erasure on record")
