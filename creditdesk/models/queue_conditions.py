"""Conditions of the row scope and of the queues, each as alternatives of which an index answers every one.

A database that gets them as one OR may look at every case; `first_cases` looks at the few that it needs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import roles_with
from creditdesk.models.absence import Absence
from creditdesk.models.case_keys import case_keys, rows_of

# Conditions of which a case meets one or more.
Alternatives = tuple[Q, ...]

PENDING: Final = Q(is_pending=True)
NO_CASE: Final = Q(pk__in=())
SHARED: Final = Q(shared_at__isnull=False)


def any_of(alternatives: Sequence[Q]) -> Q:
    return reduce(or_, alternatives) if alternatives else NO_CASE


def visible(user: User, of_everybody: Q | None = None) -> Alternatives:
    """The row scope: every case, or the user's portfolio, the shared cases, those that they referred and
    those of their teams. `of_everybody` says how the shared ones are looked up, by their keys if it does not.
    """
    if not user.has_perm("creditdesk.view_case"):
        return ()
    if user.has_perm("creditdesk.view_all_cases"):
        return (Q(),)
    referred = rows_of("Assignment").filter(kind="referred", assigned_by=user)
    of_teams = rows_of("TeamReferral").visible_to(user)
    return (
        Q(advisor=user),
        of_everybody or shared_with_everybody(),
        Q(pk__in=case_keys(referred)),
        Q(pk__in=case_keys(of_teams)),
    )


def free_for(user: User) -> Q:
    """Pending cases except those that are snoozed or claimed by somebody else."""
    of_colleagues = rows_of("Claim").active().exclude(held_by=user)
    return PENDING & ~has(of_colleagues) & ~has(rows_of("Snooze").in_force())


def unclaimed() -> Q:
    """Pending cases without an active claim."""
    return PENDING & ~has(rows_of("Claim").active())


def unassigned() -> Q:
    """Pending cases that nobody works on: their advisor is away, gone, or decides no cases any more."""
    gone = User.objects.filter(
        Q(is_active=False)
        | ~Q(role__in=roles_with("creditdesk.decide_case"))
        | Q(pk__in=Absence.objects.in_force().values("person"))
    )
    return unclaimed() & Q(advisor__in=gone.order_by().values("pk"))


def claimed_by(user: User) -> Q:
    return PENDING & Q(pk__in=case_keys(rows_of("Claim").active().filter(held_by=user)))


def snoozed() -> Q:
    """Cases that are put aside until a later day."""
    return Q(pk__in=case_keys(rows_of("Snooze").in_force()))


def waiting() -> Q:
    """Cases whose proposed decision a second person has to check: of an erased client nobody can."""
    return PENDING & Q(pk__in=case_keys(rows_of("Decision").waiting()))


def contested() -> Q:
    """Cases with a contest that is not reviewed yet."""
    return Q(pk__in=case_keys(rows_of("Contest").unanswered()))


def with_somebody_else() -> Q:
    """Cases that wait for a second person or for a manager."""
    return has(rows_of("Decision").waiting()) | has(rows_of("Escalation").unanswered())


def escalated() -> Q:
    """Pending cases that wait for a manager's answer, and not for the check of a decision by one."""
    unanswered = Q(pk__in=case_keys(rows_of("Escalation").unanswered()))
    return PENDING & unanswered & ~has(rows_of("Decision").waiting())


def to_decide_by(user: User) -> Alternatives:
    """What waits for this person: own and claimed cases, and what the role answers, checks or reviews.

    No case meets two of them.
    """
    own = free_for(user) & ~with_somebody_else()
    to_teams = rows_of("TeamReferral")
    given_away = has(to_teams.in_force().filter(referred_by=user))
    of_my_teams = Q(pk__in=case_keys(to_teams.seen_by(user).exclude(referred_by=user)))
    mine, claimed = own & ~given_away & Q(advisor=user), own & claimed_by(user)
    queues = [mine, claimed & ~mine, own & of_my_teams & ~mine & ~claimed]
    if user.has_perm("creditdesk.check_decision"):
        proposed = rows_of("Decision").waiting().exclude(decided_by=user)
        queues.append(PENDING & Q(pk__in=case_keys(proposed)))
    if user.has_perm("creditdesk.answer_escalation"):
        queues.append(escalated())
    if user.has_perm("creditdesk.examine_contest"):
        contests = Q(pk__in=case_keys(rows_of("Contest").unanswered().independent_of(user)))
        queues.append(contests & ~any_of(queues))
    return tuple(queues)


def shared(of_everybody: Q | None = None) -> Alternatives:
    """Pending cases that every advisor, or everybody of a team, may claim; `of_everybody` as in `visible`."""
    of_teams = rows_of("TeamReferral").in_force()
    return PENDING & (of_everybody or shared_with_everybody()), PENDING & Q(pk__in=case_keys(of_teams))


def shared_with_everybody() -> Q:
    """Cases that are shared with every advisor: by their keys, else the order would have every case read.

    Without a further condition: without statistics, SQLite would look for it among all pending cases.
    """
    return Q(pk__in=rows_of("Case").filter(SHARED).order_by().values("pk"))


def late() -> Alternatives:
    """Pending beyond their due date, or contested beyond the day by which the client has an answer."""
    first_in_time = datetime.combine(timezone.localdate() - timedelta(days=settings.DECISION_DAYS), time.min)
    overdue = PENDING & Q(submitted_at__lt=timezone.make_aware(first_in_time))
    return overdue, Q(pk__in=case_keys(rows_of("Contest").late()))


def has(rows: Any) -> Q:
    """Whether one of these rows is about the case: of the few cases that a page looks at."""
    return Q(Exists(rows.filter(case=OuterRef("pk"))))


def claims_hold() -> tuple[datetime, datetime]:
    """The moments after and before which a claim was made that holds.

    One from far ahead was made by a clock that has been put back since: it would hold for as long as that.
    """
    if not settings.CLAIM_HOURS:
        return datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    now, length = timezone.now(), timedelta(hours=settings.CLAIM_HOURS)
    return now - length, now + length
