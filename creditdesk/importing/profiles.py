"""Write the profiles and monitoring records of imported clients, by the database's fast path."""

from collections.abc import Sequence

from django.utils import timezone

from creditdesk.importing import bulk
from creditdesk.importing.records import ImportedClient, Sealing
from creditdesk.models import MonitoringRecord, Profile

PROFILE_COLUMNS = ("case_id", "packed_inputs", "history_rows", "digest", "updated_at")
MONITORING_COLUMNS = ("case_id", "sex", "family_status", "defaulted")


def write_profiles(
    clients: Sequence[ImportedClient],
    cases: Sequence[int],
    sealings: Sequence[Sealing],
    *,
    replace: bool = False,
) -> None:
    """Add or replace the profiles of these cases."""
    now = timezone.now()
    profiles = [
        (case, *client.profile_row(sealing), now)
        for client, case, sealing in zip(clients, cases, sealings, strict=True)
    ]
    bulk.write(Profile, PROFILE_COLUMNS, profiles, replace_by=_taken(replace=replace))


def write_monitoring(
    clients: Sequence[ImportedClient], cases: Sequence[int], *, replace: bool = False
) -> None:
    """Add or replace the monitoring records of these cases."""
    monitored = [
        (case, client.sex, client.family_status, client.defaulted)
        for client, case in zip(clients, cases, strict=True)
    ]
    bulk.write(MonitoringRecord, MONITORING_COLUMNS, monitored, replace_by=_taken(replace=replace))


def _taken(*, replace: bool) -> str:
    return "case" if replace else ""
