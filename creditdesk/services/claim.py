"""Claim a case, release it, share it with every advisor: one person works on a case at a time."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Claim
from creditdesk.services.notification import notify_everybody
from creditdesk.services.refusal import (
    ActRefused,
    active_claim,
    already_claimed,
    locked_case,
    refuse_when_closed,
    refuse_when_passed_on,
)
from creditdesk.services.snooze_end import take_up


def claim(*, case: Case, by: User) -> Claim:
    """Reserve the case for this person; their own claim stays. Raises ActRefused with the claimant's name."""
    if not by.has_perm("creditdesk.claim_case"):
        raise PermissionDenied
    try:
        with transaction.atomic():
            return _claim(locked_case(case, by), by)
    except IntegrityError as error:
        if active := active_claim(case):
            raise ActRefused(already_claimed(active)) from error
        raise


def release(*, case: Case, by: User) -> Claim:
    """End the claim; a manager may end anybody's. Raises ActRefused."""
    if not by.has_perm("creditdesk.claim_case"):
        raise PermissionDenied
    with transaction.atomic():
        active = active_claim(locked_case(case, by))
        if active is None:
            raise ActRefused(gettext("Nobody has claimed this case."))
        if active.held_by_id != by.pk and not by.has_perm("creditdesk.release_claim"):
            raise ActRefused(already_claimed(active))
        return end_claim(active, by)


def share(*, case: Case, by: User) -> Case:
    """Let every advisor see the case and claim it. Raises ActRefused, also for who passed it on."""
    if not by.has_perm("creditdesk.claim_case"):
        raise PermissionDenied
    with transaction.atomic():
        locked = locked_case(case, by)
        if locked.shared_at:
            raise ActRefused(gettext("This case is shared with every advisor already."))
        refuse_when_closed(locked)
        refuse_when_passed_on(locked, by)
        share_locked(locked, by)
    return locked


def share_locked(case: Case, by: User) -> None:
    """Share a locked case within the transaction of the act that does; nobody takes what is put aside."""
    take_up(case, by)
    case.shared_at, case.shared_by = timezone.now(), by
    case.save(update_fields=["shared_at", "shared_by"])
    details = {"previous": case.advisor.get_username(), "new": "team"}
    audit.record(action=Action.SHARE, actor=by, target=case.reference, details=details)
    notify_everybody(case=case, by=by)


def end_claim(active: Claim, by: User | None, action: Action = Action.RELEASE) -> Claim:
    """End a claim within the transaction of the act that ends it; without a person by the rules."""
    active.released_by, active.released_at = by, timezone.now()
    active.save()
    _audit(active, action, by, previous=active.held_by.get_username(), new="")
    return active


def end_expired_claims() -> int:
    """End the claims whose time is over, each in its own transaction; return how many."""
    expired = Claim.objects.expired().values_list("case_id", flat=True)
    return sum(_end_expired(case) for case in list(expired))


@transaction.atomic
def _end_expired(case: int) -> bool:
    """End the claim on this case if it has expired: whoever holds the lock has seen it as it is."""
    Case.objects.select_for_update().get(pk=case)
    lapsed = Claim.objects.expired().filter(case=case).select_related("held_by", "case").first()
    if lapsed:
        end_claim(lapsed, None, Action.CLAIM_EXPIRED)
    return lapsed is not None


def end_own_claim(case: Case, by: User) -> None:
    """End this person's claim: who decides a case or passes it on no longer works on it."""
    active = active_claim(case)
    if active and active.held_by_id == by.pk:
        end_claim(active, by)


def _claim(case: Case, by: User) -> Claim:
    refuse_when_closed(case)
    active = active_claim(case)
    if active and active.held_by_id != by.pk:
        raise ActRefused(already_claimed(active))
    if active:
        return active
    refuse_when_passed_on(case, by)
    # Nobody is held up by a claim that the worker has not ended yet.
    _end_expired(case.pk)
    take_up(case, by)
    created = Claim.objects.create(case=case, held_by=by)
    _audit(created, Action.CLAIM, by, previous="", new=by.get_username())
    return created


def _audit(claim: Claim, action: Action, by: User | None, *, previous: str, new: str) -> None:
    details = {"previous": previous, "new": new}
    audit.record(action=action, actor=by, target=claim.case.reference, details=details, rows=[claim])
