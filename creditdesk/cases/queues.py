"""Queues of the case list: their names, the order of their tabs, and the cases of each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.db.models import Q
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from creditdesk.models import Case, queue_conditions
from creditdesk.models.case import CaseQuerySet
from creditdesk.models.queue_conditions import Alternatives, any_of

EVERY_CASE: Final = "all"
TO_DECIDE: Final = "to_decide"
CONTESTED: Final = "contested"
UNASSIGNED: Final = "unassigned"
SHARED: Final = "shared"

BY_DATE: Final = (("submitted_at",), ("-submitted_at",))

# The tabs of the list, in their order; "mine" and "unclaimed" are reached by a link alone.
QUEUES: Final = (
    (TO_DECIDE, _("Mine to decide")),
    ("late", _("Late")),
    ("second", _("Second person wanted")),
    ("escalated", _("With a manager")),
    (CONTESTED, _("Contested")),
    (SHARED, _("Shared")),
    (UNASSIGNED, _("Unassigned")),
    ("snoozed", _("Put aside")),
    (EVERY_CASE, _("All cases")),
    ("mine", _("Claimed by me")),
    ("unclaimed", _("Nobody works on it")),
)


def queue_of(cases: CaseQuerySet, queue: str, user: User) -> CaseQuerySet:
    """Return the cases of one queue of `QUEUES`."""
    return cases.filter(any_of(_alternatives(queue, user)))


def first_cases(user: User, queue: str, order: Sequence[OrderBy | str], size: int) -> CaseQuerySet:
    """The cases of a queue that this person sees, of which the first `size` in this order are there for
    certain: each alternative of the scope and of the queue is looked up by itself, and no further.
    """
    if queue == CONTESTED:
        # Few cases have an open contest: they are looked up first. Their order reads the contest of each,
        # which Django does not write rightly inside a further query.
        return queue_of(Case.objects.filter(any_of(queue_conditions.visible(user))), queue, user).order_by(
            *order
        )
    by_index = queue == EVERY_CASE and order[:1] in BY_DATE
    alternatives = _visible_alternatives(queue, user, queue_conditions.SHARED if by_index else None)
    parts = [Case.objects.filter(part).order_by(*order) for part in alternatives]
    if len(parts) == 1:
        return parts[0]
    return Case.objects.filter(any_of([Q(pk__in=cases.values("pk")[:size]) for cases in parts])).order_by(
        *order
    )


def _visible_alternatives(queue: str, user: User, everybody: Q | None) -> Sequence[Q]:
    """The cases of a queue that this person sees: each alternative within each part of the row scope.

    Of somebody who does not see every case some alternatives are looked up once, not in each part: those that
    lie in the scope by what they say, and those of few cases. `everybody` says how shared ones are looked up.
    """
    scopes = queue_conditions.visible(user, everybody)
    alternatives = _alternatives(queue, user, everybody)
    if len(scopes) < 2:
        return [scope & condition for scope in scopes for condition in alternatives]
    within: Sequence[Q] = ()
    few: Sequence[Q] = ()
    match queue:
        case "to_decide":
            mine, claimed, of_my_teams, *further = alternatives
            within, few, alternatives = (mine, of_my_teams), (claimed, *further), ()
        case "shared":
            of_everybody, of_teams = alternatives
            within, few, alternatives = (of_everybody,), (of_teams,), ()
        case "late":
            overdue, contested = alternatives
            few, alternatives = (contested,), (overdue,)
        case "second" | "escalated" | "snoozed" | "mine":
            few, alternatives = alternatives, ()
    in_each = [scope & condition for scope in scopes for condition in alternatives]
    return [*within, *in_each, *(condition & any_of(scopes) for condition in few)]


def counted_parts(user: User, queue: str) -> list[CaseQuerySet]:
    """The cases of a queue that this person sees, in parts without a case in common, so that each is counted
    by its own index and no case is looked up to find out whether it was counted before.
    """
    if queue == CONTESTED:
        return [first_cases(user, queue, (), 0)]
    # What has no order finds the shared cases by their own index, if no other condition offers one.
    everybody = queue_conditions.SHARED if queue in (EVERY_CASE, SHARED) else None
    parts = _visible_alternatives(queue, user, everybody) or (queue_conditions.NO_CASE,)
    if queue == TO_DECIDE:
        return [Case.objects.filter(part) for part in parts]
    return [
        Case.objects.filter(part & ~any_of(parts[:place]) if place else part)
        for place, part in enumerate(parts)
    ]


def _alternatives(queue: str, user: User, everybody: Q | None = None) -> Alternatives:
    match queue:
        case "mine":
            return (queue_conditions.claimed_by(user),)
        case "to_decide":
            return queue_conditions.to_decide_by(user)
        case "shared":
            return queue_conditions.shared(everybody)
    return _ALTERNATIVES[queue]()


_ALTERNATIVES: Final[Mapping[str, Callable[[], Alternatives]]] = {
    EVERY_CASE: lambda: (Q(),),
    "second": lambda: (queue_conditions.waiting(),),
    "unclaimed": lambda: (queue_conditions.unclaimed(),),
    "escalated": lambda: (queue_conditions.escalated(),),
    CONTESTED: lambda: (queue_conditions.contested(),),
    "late": queue_conditions.late,
    UNASSIGNED: lambda: (queue_conditions.unassigned(),),
    "snoozed": lambda: (queue_conditions.PENDING & queue_conditions.snoozed(),),
}
