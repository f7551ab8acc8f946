"""What people do at the desk: each function is one act, written together with its audit event."""

from creditdesk.services.assessing import assess, standing_assessment
from creditdesk.services.claiming import claim, release, share
from creditdesk.services.contesting import contest, examine, may_examine
from creditdesk.services.deciding import DecisionRefused, check_decision, decide, needs_second_person
from creditdesk.services.escalating import answer_escalation, escalate
from creditdesk.services.letter_keeping import keep_letter
from creditdesk.services.opening import add_note, open_case
from creditdesk.services.refusing import ActRefused

__all__ = [
    "ActRefused",
    "DecisionRefused",
    "add_note",
    "answer_escalation",
    "assess",
    "check_decision",
    "claim",
    "contest",
    "decide",
    "escalate",
    "examine",
    "keep_letter",
    "may_examine",
    "needs_second_person",
    "open_case",
    "release",
    "share",
    "standing_assessment",
]
