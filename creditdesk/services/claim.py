"""One case, one pair of hands: claim it, release it, share it with the team."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from creditdesk.models import Case, Claim
from creditdesk.services.refusal import ActRefused, already_claimed, already_decided, claim_on


def claim(*, case: Case, by: User) -> Claim:
    """Work on the case alone; one's own claim is simply kept. Raises ActRefused, naming who has it."""
    if not by.has_perm("creditdesk.claim_case"):
        raise PermissionDenied
    try:
        with transaction.atomic():
            return _claim(Case.objects.select_for_update().get(pk=case.pk), by)
    except IntegrityError as error:
        if held := claim_on(case):
            raise ActRefused(already_claimed(held)) from error
        raise


def release(*, case: Case, by: User) -> Claim:
    """Give the case back; a manager may take anybody's claim away. Raises ActRefused."""
    if not by.has_perm("creditdesk.claim_case"):
        raise PermissionDenied
    with transaction.atomic():
        held = claim_on(Case.objects.select_for_update().get(pk=case.pk))
        if held is None:
            raise ActRefused(gettext("Nobody has claimed this case."))
        if held.held_by_id != by.pk and not by.has_perm("creditdesk.release_claim"):
            raise ActRefused(already_claimed(held))
        return end_claim(held, by)


def share(*, case: Case, by: User) -> Case:
    """Let every advisor see the case and claim it. Raises ActRefused."""
    if not by.has_perm("creditdesk.claim_case"):
        raise PermissionDenied
    with transaction.atomic():
        held = Case.objects.select_for_update().get(pk=case.pk)
        if held.shared_at:
            raise ActRefused(gettext("This case is shared with the team already."))
        if standing := held.decisions.standing().select_related("decided_by").first():
            raise ActRefused(already_decided(standing))
        held.shared_at, held.shared_by = timezone.now(), by
        held.save(update_fields=["shared_at", "shared_by"])
        details = {"previous": held.advisor.get_username(), "new": "team"}
        audit.record(action=Action.SHARE, actor=by, target=held.reference, details=details)
    return held


def end_claim(held: Claim, by: User) -> Claim:
    """In the transaction of the act that ends it."""
    held.released_by, held.released_at = by, timezone.now()
    held.save()
    _audit(held.case, Action.RELEASE, by, previous=held.held_by.get_username(), new="")
    return held


def end_own_claim(case: Case, by: User) -> None:
    """Whoever decides a case or passes it on no longer works on it."""
    held = claim_on(case)
    if held and held.held_by_id == by.pk:
        end_claim(held, by)


def _claim(case: Case, by: User) -> Claim:
    if standing := case.decisions.standing().select_related("decided_by").first():
        raise ActRefused(already_decided(standing))
    held = claim_on(case)
    if held and held.held_by_id != by.pk:
        raise ActRefused(already_claimed(held))
    if held:
        return held
    made = Claim.objects.create(case=case, held_by=by)
    _audit(case, Action.CLAIM, by, previous="", new=by.get_username())
    return made


def _audit(case: Case, action: Action, by: User, *, previous: str, new: str) -> None:
    details = {"previous": previous, "new": new}
    audit.record(action=action, actor=by, target=case.reference, details=details)
