"""Assign cases to an advisor: one, many at once, by referral, and by the rules when somebody leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts.audit import Action
from accounts.audit.recording import Act, record_all
from accounts.audit.row_digests import keys_by_table
from accounts.models import User
from creditdesk.cases.team import deciders, present
from creditdesk.models import Assignment, Case, Claim, Decision, Notification, TeamReferral, Withdrawal
from creditdesk.services.note import add_note
from creditdesk.services.notification import notify
from creditdesk.services.refusal import (
    ActRefused,
    already_claimed,
    already_decided,
    already_withdrawn,
    name_of,
)
from creditdesk.services.team import end_team_referrals

MAX_CASES: Final = 1000
Kind = Assignment.Kind


@dataclass(frozen=True, slots=True)
class BulkAssignment:
    """The references that were assigned, and by reference why others were not."""

    done: Sequence[str] = ()
    conflicts: Mapping[str, str] = field(default_factory=dict)


def assign(*, case: Case, to: User, by: User, note: str = "") -> BulkAssignment:
    """Give the case to an advisor. Raises ActRefused with what is in the way."""
    result = assign_many(cases={case.pk: case.advisor_id}, to=to, by=by, note=note)
    if conflict := next(iter(result.conflicts.values()), ""):
        raise ActRefused(conflict)
    return result


@transaction.atomic
def assign_many(*, cases: Mapping[int, int | None], to: User, by: User, note: str = "") -> BulkAssignment:
    """Give many cases to an advisor: what is in the way of some is named and keeps no other back.

    `cases` maps the key of each case to the advisor whom the page showed, None where it showed none: who was
    given to somebody else meanwhile stays there. Raises ActRefused, and PermissionDenied outside the scope.
    """
    if not by.has_perm("creditdesk.assign_case"):
        raise PermissionDenied
    if len(cases) > MAX_CASES:
        raise ActRefused(gettext("At most %(most)s cases at once.") % {"most": MAX_CASES})
    require_present(to)
    lock = Case.objects.visible_to(by).select_for_update().filter(pk__in=cases).order_by("pk")
    keys = list(lock.values_list("pk", flat=True))
    if len(keys) != len(cases):
        raise PermissionDenied
    # Read once they are locked: PostgreSQL, which has waited, joins no advisor but the one of before.
    related = Case.objects.select_related("advisor", "client__erasure")
    locked = list(related.filter(pk__in=keys).order_by("pk"))
    conflicts = _conflicts(locked, cases, to)
    free = [case for case in locked if case.reference not in conflicts]
    _move(free, to, Kind.ASSIGNED, by, Action.ASSIGNMENT)
    if note.strip():
        for case in free:
            add_note(case=case, text=note, by=by)
    notify(people=[to], kind=Notification.Kind.ASSIGNED, cases=free, by=by)
    return BulkAssignment([case.reference for case in free], conflicts)


def refer(*, case: Case, to: User, by: User, note: str = "") -> None:
    """Give a locked case to a colleague, within the transaction of the decision that refers it."""
    if to.pk == by.pk:
        raise ActRefused(gettext("Refer the case to somebody else than yourself."))
    require_present(to)
    _move([case], to, Kind.REFERRED, by, Action.ASSIGNMENT)
    if note.strip():
        add_note(case=case, text=note, by=by)
    notify(people=[to], kind=Notification.Kind.REFERRED, cases=[case], by=by)


def referrers_of(case: Case) -> QuerySet[User]:
    """Who referred the case to a colleague or a team, whoever has it since: they still see what becomes of
    it."""
    to_people = Assignment.objects.of_cases([case.pk]).filter(kind=Kind.REFERRED)
    return User.objects.filter(
        Q(pk__in=to_people.order_by().values("assigned_by"))
        | Q(pk__in=case.team_referrals.order_by().values("referred_by"))
    )


def hand_over(*, cases: Sequence[tuple[Case, User]], by: User | None) -> None:
    """Move cases of somebody who left or is away, each to its new advisor, within a transaction.

    What they shared or referred to a team stays so: whoever has claimed it meanwhile goes on with it.
    """
    by_advisor: dict[User, list[Case]] = {}
    for case, advisor in cases:
        by_advisor.setdefault(advisor, []).append(case)
    for advisor, given in by_advisor.items():
        _move(given, advisor, Kind.HANDED_ON, by, Action.HANDOVER)
        notify(people=[advisor], kind=Notification.Kind.HANDED_ON, cases=given, by=by)


def require_present(to: User) -> None:
    """Raises ActRefused unless this person decides cases and is there today."""
    if not deciders().filter(pk=to.pk).exists():
        raise ActRefused(gettext("%(person)s decides no cases.") % {"person": name_of(to)})
    if not present().filter(pk=to.pk).exists():
        raise ActRefused(gettext("%(person)s is away today.") % {"person": name_of(to)})


def _conflicts(locked: Sequence[Case], shown: Mapping[int, int | None], to: User) -> dict[str, str]:
    """By reference what is in the way of each case that cannot be assigned; four queries for all of them."""
    keys = [case.pk for case in locked]
    decided = {
        row.case_id: row
        for row in Decision.objects.standing().filter(case__in=keys).select_related("decided_by")
    }
    withdrawn = {
        row.case_id: row
        for row in Withdrawal.objects.in_force().filter(case__in=keys).select_related("recorded_by")
    }
    claimed = {
        row.case_id: row
        for row in Claim.objects.active().filter(case__in=keys).exclude(held_by=to).select_related("held_by")
    }
    of_teams = set(TeamReferral.objects.in_force().filter(case__in=keys).values_list("case", flat=True))
    conflicts = {}
    for case in locked:
        advisor = {"person": name_of(case.advisor)}
        if case.is_erased:
            conflicts[case.reference] = gettext("The words of this case were erased.")
        elif case.pk in decided:
            conflicts[case.reference] = already_decided(decided[case.pk])
        elif case.pk in withdrawn:
            conflicts[case.reference] = already_withdrawn(withdrawn[case.pk])
        elif case.advisor_id == to.pk and case.pk not in of_teams:
            conflicts[case.reference] = gettext("It is %(person)s's case already.") % advisor
        elif shown[case.pk] not in {None, case.advisor_id}:
            conflicts[case.reference] = gettext("It was given to %(person)s meanwhile.") % advisor
        elif case.pk in claimed:
            conflicts[case.reference] = already_claimed(claimed[case.pk])
    return conflicts


def _move(cases: Sequence[Case], to: User, kind: str, by: User | None, action: Action) -> None:
    """Store the new advisor of each case with its evidence; who is given a case alone shares it no more.

    A case that is referred back to its own advisor comes from who refers it.
    """
    rows = [Assignment.unsaved(case, to, kind, by) for case in cases]
    previous = [row.previous.get_username() for row in rows]
    rows = Assignment.objects.bulk_create(rows)
    changed: dict[str, User | None] = {"advisor": to}
    ended: list[TeamReferral] = []
    if kind != Kind.HANDED_ON:
        changed |= {"shared_at": None, "shared_by": None}
        ended = end_team_referrals(cases)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(**changed)
    for case in cases:
        for name, value in changed.items():
            setattr(case, name, value)
    acts = [
        Act(
            action,
            by,
            case.reference,
            {"previous": before, "new": to.get_username(), "kind": kind},
            keys_by_table([row, *(referral for referral in ended if referral.case_id == case.pk)]),
        )
        for case, before, row in zip(cases, previous, rows, strict=True)
    ]
    if acts:
        record_all(acts)
