"""Acts at the desk: one function each, stored in the transaction of its audit event."""

from creditdesk.services.absence import cancel_absence, record_absence
from creditdesk.services.affordability import declared_charges
from creditdesk.services.assessment import (
    ProfileToScore,
    RulesInUse,
    ScoredProfile,
    assess,
    rules_in_use,
    save_assessment,
    score,
    standing_assessment,
    standing_assessments,
    still_holds,
)
from creditdesk.services.assignment import BulkAssignment, assign, assign_many
from creditdesk.services.batch import save_assessments, score_many
from creditdesk.services.blind_opinion import (
    SentApplication,
    blind_answer,
    give_opinion,
    of_blind_cases,
    opinion_of,
    record_reasons_reading,
)
from creditdesk.services.case import Entry, case_of_entry, open_case
from creditdesk.services.charges import ChargesDeclaration, declare_charges
from creditdesk.services.claim import claim, end_expired_claims, release, share
from creditdesk.services.client_merge import KeysContradict, merge_clients, part_clients
from creditdesk.services.contest import Point, contest, may_review, review
from creditdesk.services.correction import correct_application, refusal_to_correct
from creditdesk.services.counterfactual import counterfactuals_of
from creditdesk.services.decision import check_decision, decide, needs_second_person
from creditdesk.services.decision_refusal import DecisionRefused
from creditdesk.services.document import add_document, remove_document, save_document_request
from creditdesk.services.draft import discard_expired_drafts, save_draft
from creditdesk.services.escalation import answer_escalation, escalate
from creditdesk.services.export import export_figures, export_policy_cases
from creditdesk.services.handover import hand_on, hand_on_after_save, hand_on_all
from creditdesk.services.history_rows import correct_history
from creditdesk.services.letter import save_letter
from creditdesk.services.loss_table import (
    LossTerms,
    propose_loss_table,
    publish_loss_table,
    reject_loss_table,
    withdraw_loss_table,
)
from creditdesk.services.note import add_note, change_note, mentions_of, record_note_readings, remove_note
from creditdesk.services.notification import mark_read
from creditdesk.services.overdue import notify_overdue
from creditdesk.services.policy import (
    PolicyTerms,
    propose_policy,
    publish_policy,
    reject_policy,
    withdraw_policy,
)
from creditdesk.services.refusal import ActRefused, is_blind, keeps_verdict, opinion_first
from creditdesk.services.reopening import closing_of, may_reopen, reopen
from creditdesk.services.saved_view import choose_columns, delete_view, save_view
from creditdesk.services.simulation import delete_scenario, save_scenario, simulate
from creditdesk.services.snooze import end_snooze, snooze
from creditdesk.services.team import add_member, make_team, remove_member
from creditdesk.services.withdrawal import withdraw

__all__ = [
    "ActRefused",
    "BulkAssignment",
    "ChargesDeclaration",
    "DecisionRefused",
    "Entry",
    "KeysContradict",
    "LossTerms",
    "Point",
    "PolicyTerms",
    "ProfileToScore",
    "RulesInUse",
    "ScoredProfile",
    "SentApplication",
    "add_document",
    "add_member",
    "add_note",
    "answer_escalation",
    "assess",
    "assign",
    "assign_many",
    "blind_answer",
    "cancel_absence",
    "case_of_entry",
    "change_note",
    "check_decision",
    "choose_columns",
    "claim",
    "closing_of",
    "contest",
    "correct_application",
    "correct_history",
    "counterfactuals_of",
    "decide",
    "declare_charges",
    "declared_charges",
    "delete_scenario",
    "delete_view",
    "discard_expired_drafts",
    "end_expired_claims",
    "end_snooze",
    "escalate",
    "export_figures",
    "export_policy_cases",
    "give_opinion",
    "hand_on",
    "hand_on_after_save",
    "hand_on_all",
    "is_blind",
    "keeps_verdict",
    "make_team",
    "mark_read",
    "may_reopen",
    "may_review",
    "mentions_of",
    "merge_clients",
    "needs_second_person",
    "notify_overdue",
    "of_blind_cases",
    "open_case",
    "opinion_first",
    "opinion_of",
    "part_clients",
    "propose_loss_table",
    "propose_policy",
    "publish_loss_table",
    "publish_policy",
    "record_absence",
    "record_note_readings",
    "record_reasons_reading",
    "refusal_to_correct",
    "reject_loss_table",
    "reject_policy",
    "release",
    "remove_document",
    "remove_member",
    "remove_note",
    "reopen",
    "review",
    "rules_in_use",
    "save_assessment",
    "save_assessments",
    "save_document_request",
    "save_draft",
    "save_letter",
    "save_scenario",
    "save_view",
    "score",
    "score_many",
    "share",
    "simulate",
    "snooze",
    "standing_assessment",
    "standing_assessments",
    "still_holds",
    "withdraw",
    "withdraw_loss_table",
    "withdraw_policy",
]
