"""Queues with their counts: the tabs of the case list, and the strip of every page."""

from typing import Final, NamedTuple

from accounts.models import User
from creditdesk.cases.queue_counts import recent_queue_counts
from creditdesk.cases.queues import EVERY_CASE, QUEUES, TO_DECIDE, UNASSIGNED

TABS: Final = 9
# A tab says 99+ beyond: counting on would cost more and say no more.
MAX_COUNT: Final = 99


class Tab(NamedTuple):
    """A queue of the list, and how many cases it holds, up to MAX_COUNT."""

    queue: str
    label: str
    size: int
    has_more: bool


def tabs(user: User) -> list[Tab]:
    """Return the tabs of the list: what this role decides, and what stands with nobody for who sees that."""
    hidden = set() if user.has_perm("creditdesk.decide_case") else {TO_DECIDE}
    hidden |= set() if user.has_perm("creditdesk.view_all_cases") else {UNASSIGNED}
    labels = {queue: label for queue, label in QUEUES[:TABS] if queue not in hidden}
    # The strip of the same page shows the same counts.
    counts = recent_queue_counts(user, [queue for queue in labels if queue != EVERY_CASE], MAX_COUNT + 1)
    return [
        # Every case is counted by the list itself.
        Tab(queue, str(label), min(counts.get(queue, 0), MAX_COUNT), counts.get(queue, 0) > MAX_COUNT)
        for queue, label in labels.items()
    ]


def queue_strip(user: User) -> tuple[Tab, ...]:
    """The queues of who decides cases, for every page: the own one always, another while it holds any."""
    if not user.has_perm("creditdesk.decide_case"):
        return ()
    labels = {queue: label for queue, label in QUEUES[:TABS] if queue != EVERY_CASE}
    if not user.has_perm("creditdesk.view_all_cases"):
        del labels[UNASSIGNED]
    counts = recent_queue_counts(user, list(labels), MAX_COUNT + 1)
    return tuple(
        Tab(queue, str(label), min(counts[queue], MAX_COUNT), counts[queue] > MAX_COUNT)
        for queue, label in labels.items()
        if counts[queue] or queue == TO_DECIDE
    )
