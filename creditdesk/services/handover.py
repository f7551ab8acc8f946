"""Hand the cases of somebody who left, is away or decides no more on to those who are there."""

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from creditdesk.cases.team import Turns, pending_cases, present
from creditdesk.models import Absence, Case, Claim
from creditdesk.services.assignment import hand_over
from creditdesk.services.claim import end_claim


@transaction.atomic
def hand_on(*, person: User, by: User | None = None) -> int:
    """End this person's claims and give their pending cases on; return how many cases.

    To the deputy of their absence, where that person is there, else by the rules. Where nobody is there the
    cases stay, and stand in the queue of unassigned cases.
    """
    for claim in Claim.objects.active().filter(held_by=person).select_related("held_by", "case"):
        end_claim(claim, by)
    cases = list(
        Case.objects.pending()
        .filter(advisor=person)
        .select_for_update(of=("self",))
        .select_related("advisor")
        .order_by("submitted_at", "pk")
    )
    if not cases:
        return 0
    deputy = deputy_of(person)
    turns = Turns(present().exclude(pk=person.pk), pending_cases())
    given = [(case, deputy or turns.next(case.contract_type, case.amount_credit)) for case in cases]
    moved = [(case, advisor) for case, advisor in given if advisor]
    hand_over(cases=moved, by=by)
    return len(moved)


def deputy_of(person: User) -> User | None:
    """The deputy of today's absence; of a deputy who is away too, theirs."""
    seen = {person.pk}
    there = set(present().values_list("pk", flat=True))
    absence = Absence.objects.in_force().filter(person=person).select_related("deputy").first()
    while absence and absence.deputy and absence.deputy.pk not in seen:
        deputy = absence.deputy
        if deputy.pk in there:
            return deputy
        seen.add(deputy.pk)
        absence = Absence.objects.in_force().filter(person=deputy).select_related("deputy").first()
    return None


def hand_on_all() -> int:
    """Hand on what is left with anybody who is not there: whose absence began, or who left past the desk.

    Their claims on the cases of others end as well. Return how many cases changed hands.
    """
    there = present().values("pk")
    with_work = Q(pk__in=Case.objects.pending().order_by().values("advisor"))
    with_work |= Q(pk__in=Claim.objects.active().order_by().values("held_by"))
    gone = User.objects.exclude(pk__in=there).filter(with_work)
    return sum(hand_on(person=person) for person in gone.order_by("pk"))


def hand_on_after_save(
    instance: User, *, created: bool, raw: bool, update_fields: frozenset[str] | None = None, **_: object
) -> None:
    """Hand on at once, in the transaction that closes an account or gives it a role that decides no cases."""
    concerns = update_fields is None or not update_fields.isdisjoint({"is_active", "role"})
    if concerns and not created and not raw and not instance.has_perm("creditdesk.decide_case"):
        hand_on(person=instance)
