"""What people do at the desk: each function is one act, written together with its audit event."""

from creditdesk.services.assessing import assess, standing_assessment
from creditdesk.services.deciding import DecisionRefused, check_decision, decide, needs_second_person
from creditdesk.services.opening import add_note, open_case

__all__ = [
    "DecisionRefused",
    "add_note",
    "assess",
    "check_decision",
    "decide",
    "needs_second_person",
    "open_case",
    "standing_assessment",
]
