"""Data keys that are gone although nothing was erased: their words were destroyed past the desk."""

from typing import Final

from django.db import connection

from accounts.audit.row_ledger import BrokenRow
from creditdesk.models import Assessment, Client, DataKey, Erasure

_DETAIL: Final = "its data key was removed without an erasure on record"

# An encrypted value begins with the number of its key; without a model there are inputs alone.
_KEYS_OF_DAYS: Final = (
    "SELECT SUBSTR(CASE WHEN LENGTH(features) > 0 THEN features ELSE packed_inputs END, 1, 8), MIN(id)"
    " FROM creditdesk_assessment WHERE case_id IS NULL AND client_id IS NULL GROUP BY 1"
)


def first_client_without_key() -> BrokenRow | None:
    """The first such client, for the verification of the audit log.

    In one statement, which sees an erasure whole: the key goes and its record, a sealed row, comes in one
    transaction.
    """
    lost = Client.objects.filter(data_key__isnull=True, erasure__isnull=True).order_by("pk")
    pk = lost.values_list("pk", flat=True).first()
    return None if pk is None else BrokenRow(Client._meta.db_table, pk, _DETAIL)


def first_application_without_key() -> BrokenRow | None:
    """The first assessment of no client whose key, that of its day, is gone.

    Erasures are read last: one that is committed meanwhile is seen as a key or as an erasure.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEYS_OF_DAYS)
        first_rows = {int.from_bytes(number, "big"): pk for number, pk in cursor.fetchall() if number}
    lost = set(first_rows)
    if lost:
        lost -= set(DataKey.objects.filter(day__isnull=False).values_list("number", flat=True))
    if lost:
        lost -= set(Erasure.objects.exclude(day="").values_list("key_number", flat=True))
    if not lost:
        return None
    return BrokenRow(Assessment._meta.db_table, min(first_rows[number] for number in lost), _DETAIL)
