from creditdesk.models.assessment import Assessment
from creditdesk.models.case import Case, Client, MonitoringRecord, Note, Profile, profile_digest
from creditdesk.models.decision import Decision

__all__ = [
    "Assessment",
    "Case",
    "Client",
    "Decision",
    "MonitoringRecord",
    "Note",
    "Profile",
    "profile_digest",
]
