"""What people do at the desk: each function is one act, written together with its audit event."""

from creditdesk.services.advising import counterfactuals_of
from creditdesk.services.assessing import (
    appraise,
    assess,
    digest_in_use,
    keep,
    standing_assessment,
    still_holds,
)
from creditdesk.services.batches import Appraised, appraise_many, keep_many
from creditdesk.services.claiming import claim, release, share
from creditdesk.services.contesting import contest, examine, may_examine
from creditdesk.services.deciding import DecisionRefused, check_decision, decide, needs_second_person
from creditdesk.services.drafting import discard_expired_drafts, save_draft
from creditdesk.services.escalating import answer_escalation, escalate
from creditdesk.services.letter_keeping import keep_letter
from creditdesk.services.opening import add_note, open_case
from creditdesk.services.refusing import ActRefused
from creditdesk.services.simulating import delete_scenario, save_scenario, simulate

__all__ = [
    "ActRefused",
    "Appraised",
    "DecisionRefused",
    "add_note",
    "answer_escalation",
    "appraise",
    "appraise_many",
    "assess",
    "check_decision",
    "claim",
    "contest",
    "counterfactuals_of",
    "decide",
    "delete_scenario",
    "digest_in_use",
    "discard_expired_drafts",
    "escalate",
    "examine",
    "keep",
    "keep_letter",
    "keep_many",
    "may_examine",
    "needs_second_person",
    "open_case",
    "release",
    "save_draft",
    "save_scenario",
    "share",
    "simulate",
    "standing_assessment",
    "still_holds",
]
