from creditdesk.models.absence import Absence
from creditdesk.models.assessment import Assessment
from creditdesk.models.assignment import Assignment
from creditdesk.models.blind_opinion import BlindDraw, BlindOpinion, ReasonsReading
from creditdesk.models.case import Case, MonitoringRecord, Profile
from creditdesk.models.charges import DeclaredCharges
from creditdesk.models.claim import Claim
from creditdesk.models.client import Client, ClientKey, ClientMerge
from creditdesk.models.contest import Contest
from creditdesk.models.contest_point import ContestPoint
from creditdesk.models.correction import Correction
from creditdesk.models.counterfactual import CounterfactualSearch, ShownCounterfactual
from creditdesk.models.data_key import DataKey, Erasure
from creditdesk.models.decision import Decision
from creditdesk.models.document import Document, DocumentRequest
from creditdesk.models.draft import Draft
from creditdesk.models.escalation import Escalation
from creditdesk.models.history_table import HistoryTable
from creditdesk.models.idempotency import StoredAnswer
from creditdesk.models.inputs import profile_digest
from creditdesk.models.letter import Letter
from creditdesk.models.name_index import IndexedName, NameWord
from creditdesk.models.note import Note, NoteReading
from creditdesk.models.notification import Notification
from creditdesk.models.outcome import MonthlyOutcome
from creditdesk.models.reason import Reason
from creditdesk.models.reopening import Reopening
from creditdesk.models.saved_view import SavedView
from creditdesk.models.scenario import Scenario
from creditdesk.models.scheduled_run import ScheduledRun, WorkerBeat
from creditdesk.models.shadow_score import ShadowScore
from creditdesk.models.snooze import Snooze
from creditdesk.models.team import Team, TeamMembership, TeamReferral
from creditdesk.models.withdrawal import Withdrawal

__all__ = [
    "Absence",
    "Assessment",
    "Assignment",
    "BlindDraw",
    "BlindOpinion",
    "Case",
    "Claim",
    "Client",
    "ClientKey",
    "ClientMerge",
    "Contest",
    "ContestPoint",
    "Correction",
    "CounterfactualSearch",
    "DataKey",
    "Decision",
    "DeclaredCharges",
    "Document",
    "DocumentRequest",
    "Draft",
    "Erasure",
    "Escalation",
    "HistoryTable",
    "IndexedName",
    "Letter",
    "MonitoringRecord",
    "MonthlyOutcome",
    "NameWord",
    "Note",
    "NoteReading",
    "Notification",
    "Profile",
    "Reason",
    "ReasonsReading",
    "Reopening",
    "SavedView",
    "Scenario",
    "ScheduledRun",
    "ShadowScore",
    "ShownCounterfactual",
    "Snooze",
    "StoredAnswer",
    "Team",
    "TeamMembership",
    "TeamReferral",
    "Withdrawal",
    "WorkerBeat",
    "profile_digest",
]
