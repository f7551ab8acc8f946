"""Acts at the desk: one function each, stored in the transaction of its audit event."""

from creditdesk.services.affordability import budget_of, declared_charges
from creditdesk.services.assessment import (
    RulesInUse,
    ScoredProfile,
    assess,
    rules_in_use,
    save_assessment,
    score,
    standing_assessment,
    still_holds,
)
from creditdesk.services.batch import save_assessments, score_many
from creditdesk.services.case import add_note, open_case
from creditdesk.services.charges import ChargesDeclaration, declare_charges
from creditdesk.services.claim import claim, release, share
from creditdesk.services.contest import contest, may_review, review
from creditdesk.services.correction import correct_application
from creditdesk.services.counterfactual import counterfactuals_of
from creditdesk.services.decision import DecisionRefused, check_decision, decide, needs_second_person
from creditdesk.services.document import add_document, remove_document, save_document_request
from creditdesk.services.draft import discard_expired_drafts, save_draft
from creditdesk.services.escalation import answer_escalation, escalate
from creditdesk.services.letter import save_letter
from creditdesk.services.policy import (
    PolicyTerms,
    export_policy_cases,
    propose_policy,
    publish_policy,
    reject_policy,
    withdraw_policy,
)
from creditdesk.services.refusal import ActRefused
from creditdesk.services.simulation import delete_scenario, save_scenario, simulate

__all__ = [
    "ActRefused",
    "ChargesDeclaration",
    "DecisionRefused",
    "PolicyTerms",
    "RulesInUse",
    "ScoredProfile",
    "add_document",
    "add_note",
    "answer_escalation",
    "assess",
    "budget_of",
    "check_decision",
    "claim",
    "contest",
    "correct_application",
    "counterfactuals_of",
    "decide",
    "declare_charges",
    "declared_charges",
    "delete_scenario",
    "discard_expired_drafts",
    "escalate",
    "export_policy_cases",
    "may_review",
    "needs_second_person",
    "open_case",
    "propose_policy",
    "publish_policy",
    "reject_policy",
    "release",
    "remove_document",
    "review",
    "rules_in_use",
    "save_assessment",
    "save_assessments",
    "save_document_request",
    "save_draft",
    "save_letter",
    "save_scenario",
    "score",
    "score_many",
    "share",
    "simulate",
    "standing_assessment",
    "still_holds",
    "withdraw_policy",
]
