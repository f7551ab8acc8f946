"""Queues of the case list: their names, the order of their tabs, and the cases of each."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.models.case import CaseQuerySet

EVERY_CASE: Final = "all"
TO_DECIDE: Final = "to_decide"
CONTESTED: Final = "contested"
UNASSIGNED: Final = "unassigned"

# The tabs of the list, in their order; "mine" and "unclaimed" are reached by a link alone.
QUEUES: Final = (
    (TO_DECIDE, _("Mine to decide")),
    ("late", _("Late")),
    ("second", _("Second opinion wanted")),
    ("escalated", _("With a manager")),
    (CONTESTED, _("Contested")),
    ("shared", _("Shared with the team")),
    (UNASSIGNED, _("Unassigned")),
    ("snoozed", _("Put aside")),
    (EVERY_CASE, _("All cases")),
    ("mine", _("Claimed by me")),
    ("unclaimed", _("Nobody works on it")),
)


def queue_of(cases: CaseQuerySet, queue: str, user: User) -> CaseQuerySet:
    """Return the cases of one queue of `QUEUES`."""
    match queue:
        case "mine":
            return cases.claimed_by(user)
        case "to_decide":
            return cases.to_decide_by(user)
    queues = {
        EVERY_CASE: cases.all,
        "second": cases.waiting,
        "unclaimed": cases.unclaimed,
        "shared": cases.shared,
        "escalated": cases.escalated,
        CONTESTED: cases.contested,
        "late": cases.late,
        UNASSIGNED: cases.unassigned,
        "snoozed": cases.pending().snoozed,
    }
    return queues[queue]()
